// The documents of a verification: how many wait, how fast it goes, bringing more, and what people have to do.

import { actOnCase, ApiError, listCases, sendCase, verificationProgress } from "./api.js";
import { $, el } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { trouble } from "./trouble.js";

const BUSY = 900; // milliseconds between two looks while something moves
const CALM = 4000;
const PAGE = 50;
const AT_ONCE = 3; // files that are sent at the same time
const app = document.body.dataset.app;

const WANTED = { all: {}, review: { outcome: "review" }, dead: { state: "dead" }, open: { state: "waiting" } };
const NONE = {
  all: "Nothing came yet. Drop a document above, or put it into the watched folder.",
  review: "Nothing waits for you.", dead: "There are no dead letters.", open: "Nothing waits.",
};
const STATES = { waiting: "Waits", working: "Is read", dead: "Dead letter", dropped: "Given up", cancelled: "Cancelled" };
const OUTCOMES = { verified: "Verified", refused: "Refused", review: "To review" };

const number = new Intl.NumberFormat();
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
let shown = "all";
let cases = []; // those in the list
let after = null; // where the next part of the list begins
let before = ""; // the counts of the last look
let timer = 0;

// -- how it goes --------------------------------------------------------------------------------------------

async function look() {
  clearTimeout(timer);
  let busy = false;
  try {
    const now = await verificationProgress(app);
    busy = now.waiting + now.working > 0;
    $("trouble").hidden = true;
    tally(now);
    const counts = JSON.stringify([now.waiting, now.working, now.done, now.review, now.dead, now.verified, now.refused]);
    if (counts !== before) await refresh();
    before = counts;
  } catch (error) {
    trouble(error);
  }
  document.body.dataset.ready = "";
  timer = setTimeout(look, busy ? BUSY : CALM);
}

function tally(now) {
  const parts = [
    ["Verified", now.verified], ["Refused", now.refused], ["To review", now.review], ["Waiting", now.waiting + now.working],
    ["Dead letters", now.dead],
  ];
  $("tally").replaceChildren(...parts.map(([words, count]) => el("div", {}, el("dt", {}, words), el("dd", {}, number.format(count)))));
  $("tally").hidden = false;
  const left = now.waiting + now.working;
  const all = left + now.done + now.review + now.dead;
  $("left").hidden = left === 0;
  $("left-bar").max = Math.max(1, all);
  $("left-bar").value = all - left;
  $("pace").textContent = pace(now, left, all);
  $("to-review").hidden = now.review === 0 || !$("to-review").href; // a link that leads nowhere yet swallows the click
  $("to-review").textContent = now.review === 1 ? "Review 1 document" : `Review ${number.format(now.review)} documents`;
  const problems = Object.entries(now.problems);
  $("problems").replaceChildren(...problems.map(([name, why]) => el("li", {}, el("b", {}, name), ` ${why}`)));
}

function pace(now, left, all) {
  if (!all) return "No documents yet.";
  if (!left) return now.review ? `All ${number.format(all)} are read; ${number.format(now.review)} wait${now.review === 1 ? "s" : ""} for you.` : `All ${number.format(all)} are through.`;
  const rate = now.rate ? ` ${number.format(Math.round(now.rate))} a minute` : "";
  const eta = now.eta === null ? "" : `, about ${now.eta < 90 ? `${Math.ceil(now.eta)} seconds` : `${Math.ceil(now.eta / 60)} minutes`} left`;
  const room = now.room === 0 ? " No more are taken until some are done." : "";
  return `${number.format(left)} to go${rate ? `,${rate}` : ""}${eta}.${room}`;
}

// -- the list -----------------------------------------------------------------------------------------------

async function refresh() {
  const limit = Math.max(PAGE, Math.min(1000, cases.length));
  const found = await part({ limit });
  cases = found.cases;
  after = found.after;
  draw();
  await first();
}

async function part(more) {
  return listCases(app, { ...WANTED[shown], newest: shown === "all", ...more });
}

// Where "Review ..." leads: the one that waits longest.
async function first() {
  const { cases: found } = await listCases(app, { outcome: "review", limit: 1 });
  if (found.length) $("to-review").href = address(found[0]);
  $("to-review").hidden = found.length === 0;
}

const address = (one) => `/verification/${encodeURIComponent(app)}/cases/${encodeURIComponent(one.id)}`;

function draw() {
  const held = document.activeElement?.dataset?.act;
  $("cases").replaceChildren(...cases.map(item));
  $("none").textContent = NONE[shown];
  $("none").hidden = cases.length > 0;
  $("more").hidden = after === null;
  if (held) document.querySelector(`[data-act="${held}"]`)?.focus();
}

function item(one) {
  const kind = one.state === "done" ? one.outcome : one.state;
  const words = one.state === "done" ? OUTCOMES[one.outcome] ?? "Done" : STATES[one.state];
  const by = one.decided_by && one.decided_by !== "rules" ? ` by ${one.decided_by}` : "";
  const pages = one.page_count > 1 ? ` · ${one.page_count} pages` : "";
  const tries = one.attempts > 1 && one.state !== "done" ? ` · try ${one.attempts}` : "";
  const acts = { dead: [["retry", "Try again"], ["drop", "Give up"]], waiting: [["cancel", "Cancel"]] }[one.state] ?? [];
  return el("li", { class: "case-row" },
    el("a", { class: "model shelf-link", href: address(one) },
      el("span", { class: "model-name" }, one.name),
      el("span", { class: `mark-of ${kind}` }, `${words}${by}`),
      el("small", {}, `${when.format(new Date(one.created))}${pages}${tries}${one.failure ? ` · ${one.failure}` : ""}`)),
    acts.length ? el("p", { class: "case-acts" }, acts.map(([act, label]) =>
      el("button", { type: "button", class: "quiet", "data-act": `${act}-${one.id}`, onclick: () => done(one, act) }, label, el("span", { class: "hidden" }, `: ${one.name}`)))) : null);
}

async function done(one, act) {
  try {
    await actOnCase(app, one.id, act);
    before = "";
    await look();
  } catch (error) {
    trouble(error);
  }
}

// -- bringing documents -------------------------------------------------------------------------------------

async function send(files) {
  const waiting = [...files];
  const all = waiting.length;
  if (!all) return;
  const traveller = Object.fromEntries([...new FormData($("zone"))].filter(([, value]) => typeof value === "string" && value.trim()));
  const failed = [];
  let through = 0;
  const tell = () => ($("sent").textContent = `${through} of ${all} sent`);
  tell();
  const sender = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const form = new FormData();
      form.append("file", file, file.name || "picture.png");
      if (Object.keys(traveller).length) form.append("traveller", JSON.stringify(traveller));
      try {
        await sendCase(app, form);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        failed.push(el("li", {}, el("b", {}, file.name), ` ${error.message}`));
      }
      through += 1;
      tell();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  $("sent").textContent = failed.length ? `${all - failed.length} of ${all} were taken` : all === 1 ? "Taken." : `All ${all} were taken.`;
  $("unsent").replaceChildren(...failed);
  await look();
  $("files").value = "";
}

$("files").addEventListener("change", () => send($("files").files));
$("zone").addEventListener("submit", (event) => event.preventDefault());
takesFiles($("veil"), send);
$("shown").addEventListener("change", (event) => {
  shown = event.target.value;
  cases = [];
  refresh().catch(trouble);
});
$("more").addEventListener("click", async () => {
  try {
    const found = await part({ limit: PAGE, after });
    cases = [...cases, ...found.cases];
    after = found.after;
    draw();
  } catch (error) {
    trouble(error);
  }
});
look();

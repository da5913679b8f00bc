// One document of a verification: its page with the evidence, the rules with their reasons, and a person's decision.

import { actOnCase, caseHistory, caseOf, casePicture, correctCase, decideCase, listCases } from "./api.js";
import { $, el } from "./dom.js";
import { finding } from "./findings.js";
import { Sheet } from "./sheet.js";
import { guarded as warned } from "./trouble.js";

const { app, case: id } = document.body.dataset;
const SOON = 800; // milliseconds between two looks while it is worked on
const TITLES = { verified: "Verified", refused: "Refused", review: "A person decides", "": "Not decided yet" };
const STATES = { dead: "Could not be decided", dropped: "Given up", cancelled: "Cancelled" };
const SIGNS = { true: ["✓", "Holds"], false: ["✗", "Does not hold"], null: ["?", "The document does not tell"] };

const FORGERY = "forgery"; // the name of the rule that a check for forgery goes by

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const sheet = new Sheet(touched);
let open = null; // the case
let page = 1;
let next = null; // the next case to review

const say = (words) => ($("said").textContent = words);
const nameOf = (answer) => answer.alias || answer.text;

// Somebody else may be quicker: then the case is shown as it is now.
const guarded = (work, place = "refused") =>
  warned(work, place, (error) => (error.code === "conflict" && open ? reload() : null));

// -- showing ------------------------------------------------------------------------------------------------

async function reload() {
  show(await caseOf(app, id));
}

function show(found) {
  const first = open === null;
  open = found;
  $("case").hidden = false;
  $("name").textContent = found.name;
  document.title = `${found.name} · Groundstone`;
  const kinds = [found.page_count > 1 ? `${found.page_count} pages` : null, `came ${when.format(new Date(found.created))}`];
  $("about").textContent = kinds.filter(Boolean).join(" · ");
  $("paging").hidden = found.page_count < 2;
  verdict(found);
  $("answers").replaceChildren(...answers().map((one) => finding(one, acts())));
  travellerOf(found.traveller);
  if (first) turn(evidence()[0]?.page ?? 1);
  sheet.setAnswers(boxes());
  guarded(history, "trouble");
}

function answers() {
  const fixes = (name) => open.corrections.filter((one) => (one.alias ?? one.query) === name);
  return open.answers.map((one) => ({ ...one, number: nameOf(one), corrections: fixes(nameOf(one)), found: null }));
}

// Places that look changed, among the boxes of the answers.
function suspects() {
  const doubts = (open.decision?.reasons ?? []).filter((one) => one.rule === FORGERY && one.passed === false);
  return doubts.flatMap((one) => one.evidence).map((place) => ({ ...place, number: FORGERY, alias: place.text, answer: "looks changed" }));
}

const boxes = () => [...answers(), ...suspects()];
const evidence = () => (open.decision?.reasons ?? []).flatMap((reason) => reason.evidence);
const reviewable = () => open.state === "done" && open.outcome === "review";

function acts() {
  return {
    light: (places) => sheet.light(places.filter(Boolean)),
    go,
    paged: () => open.page_count > 1,
    pick: (told) => sheet.pick(told),
    stopPicking: () => sheet.stopPicking(),
    correct: reviewable() ? correct : null,
    remove: null,
  };
}

function verdict(found) {
  const over = found.state === "done";
  $("outcome").textContent = over ? TITLES[found.outcome] ?? found.outcome : STATES[found.state] ?? "Is being read …";
  $("outcome").className = `outcome ${over ? found.outcome : found.state}`;
  const person = found.decided_by && found.decided_by !== "rules" ? `Decided by ${found.decided_by}.` : "";
  $("why").textContent = [person, found.note ? `“${found.note}”` : ""].filter(Boolean).join(" ");
  $("rules").replaceChildren(...(found.decision?.reasons ?? []).map(rule));
  $("decide").hidden = !reviewable();
  $("dead").hidden = found.state !== "dead";
  $("failure").textContent = found.failure;
}

function rule(reason) {
  const [sign, words] = SIGNS[String(reason.passed)];
  const places = reason.evidence;
  const lit = () => sheet.light(places.map((place) => ({ ...place, kind: "answer" })));
  return el("li", { class: `rule ${reason.passed === null ? "open" : reason.passed ? "holds" : "fails"}`, onpointerenter: lit, onfocusin: lit, onpointerleave: () => sheet.light([]) },
    el("span", { class: "rule-sign", role: "img", "aria-label": words }, sign),
    el("span", {},
      el("b", {}, reason.rule), ` ${reason.text}`,
      places.length ? el("span", { class: "rule-evidence" }, places.map((place) =>
        el("button", { type: "button", class: "link", onclick: () => go(place) }, place.text || `Page ${place.page}`))) : null));
}

function travellerOf(facts) {
  const rows = Object.entries(facts).map(([name, value]) => el("div", { class: "pair" }, el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, value)));
  $("traveller").replaceChildren(...rows);
  $("traveller").hidden = rows.length === 0;
}

async function history() {
  const { history: notes } = await caseHistory(app, id);
  const route = open.route.reason ? [el("li", {}, `Way: ${open.route.reason}`)] : [];
  $("history").replaceChildren(...route, ...notes.map((note) => el("li", {}, el("time", { datetime: note.at }, when.format(new Date(note.at))), ` ${note.by}: ${note.what}`)));
}

function turn(to) {
  page = Math.min(Math.max(1, to), Math.max(1, open.page_count));
  $("where").textContent = `${page} of ${open.page_count}`;
  $("before").disabled = page <= 1;
  $("after").disabled = page >= open.page_count;
  sheet.show((width) => casePicture(app, id, page, width), page, null);
  sheet.setAnswers(boxes());
}

function go(place) {
  if (!place?.page) return;
  if (place.page !== page) turn(place.page);
  sheet.light([{ ...place, kind: "answer" }, place.label && { ...place.label, kind: "label" }].filter(Boolean));
  sheet.bring(place);
}

function touched(name) {
  for (const card of document.querySelectorAll(".finding")) card.classList.toggle("lit", card.dataset.number === name);
}

// -- acting -------------------------------------------------------------------------------------------------

const correct = (query, { text, place }) => guarded(async () => {
  show(await correctCase(app, id, { query, text, place: place ?? null, revision: open.revision }));
  say("The correction is kept, and the rules looked again.");
});

const decide = (outcome) => guarded(async () => {
  if (!reviewable()) return;
  for (const button of ["verify", "refuse"]) $(button).disabled = true;
  try {
    const found = await decideCase(app, id, { outcome, revision: open.revision, note: $("note").value.trim() });
    await upcoming();
    if (next) location.assign(address(next));
    else {
      show(found);
      say(`${TITLES[outcome]}. Nothing else waits for you.`);
      $("outcome").setAttribute("tabindex", "-1");
      $("outcome").focus();
    }
  } finally {
    for (const button of ["verify", "refuse"]) $(button).disabled = false;
  }
});

const act = (what) => guarded(async () => {
  show(await actOnCase(app, id, what));
  await watch();
});

const address = (one) => `/verification/${encodeURIComponent(app)}/cases/${encodeURIComponent(one.id)}`;

// The next case to review after this one; from the beginning after the last.
async function upcoming() {
  const later = await listCases(app, { outcome: "review", limit: 1, after: open.number });
  const found = later.cases.length ? later : await listCases(app, { outcome: "review", limit: 2 });
  next = found.cases.find((one) => one.id !== id) ?? null;
  $("next").hidden = next === null;
  if (next) $("next").href = address(next);
  $("left").textContent = next ? "" : "Nothing else waits.";
}

async function watch() {
  while (["waiting", "working"].includes(open.state)) {
    await new Promise((passed) => setTimeout(passed, SOON));
    await reload();
  }
}

function key(event) {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...document.querySelectorAll(".finding")];
  const pressed = event.key.toLowerCase();
  if (pressed === "v") decide("verified");
  else if (pressed === "r") decide("refused");
  else if (pressed === "n" && next) location.assign(address(next));
  else if (/^[1-9]$/.test(pressed)) cards[pressed - 1]?.querySelector("button")?.focus();
  else if (pressed === "e") {
    const held = document.activeElement.closest(".finding") ?? cards[0];
    [...(held?.querySelectorAll(".link") ?? [])].find((one) => one.textContent.startsWith("Correct"))?.click();
    event.preventDefault();
  }
}

$("verify").addEventListener("click", () => decide("verified"));
$("refuse").addEventListener("click", () => decide("refused"));
$("retry").addEventListener("click", () => act("retry"));
$("drop").addEventListener("click", () => act("drop"));
$("before").addEventListener("click", () => turn(page - 1));
$("after").addEventListener("click", () => turn(page + 1));
document.addEventListener("keydown", key);

await guarded(async () => {
  await reload();
  document.body.dataset.ready = "";
  await upcoming();
  await watch();
}, "trouble");
document.body.dataset.ready = "";

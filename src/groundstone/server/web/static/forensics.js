// The page that checks a document for forgery: takes it, watches the check, and shows the page in its layers.

import { ApiError, documentForensics, documentState, forensicsAddress, forensicsLayer } from "./api.js";
import { $, el } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { judged, judgedFile, judgedPage, pageList } from "./judged.js";
import { Layers } from "./layers.js";
import { deletes, described, list, send, startWithTrouble } from "./shelf.js";
import { guarded, trouble } from "./trouble.js";

const PATIENCE = 2; // seconds that the server may take to say how far a check is
const LATER = 2500; // milliseconds after which a server that could not be reached is asked again

let open = null; // the document that is shown: {id, state, page, report}
let timer = 0;
const layers = new Layers();
const say = (words) => ($("said").textContent = words);

// -- taking a document --------------------------------------------------------------------------------------

const take = (file) => send(file, show);

async function sample(name) {
  await guarded(async () => {
    const response = await fetch(`/forensics/samples/${name}`).catch(() => null);
    if (!response?.ok) throw new ApiError("unreachable", "The sample cannot be fetched.");
    await take(new File([await response.blob()], name, { type: response.headers.get("content-type") }));
  });
}

// -- the document that is shown -----------------------------------------------------------------------------

function start() {
  open = null;
  clearTimeout(timer);
  layers.clear();
  $("document").hidden = true;
  $("start").hidden = false;
  document.title = "Check for forgery · Groundstone";
  return list({});
}

async function show(state) {
  open = { id: state.id, state, page: 1, report: null };
  $("start").hidden = $("recent").hidden = true;
  $("document").hidden = false;
  $("name").textContent = state.name;
  $("about").textContent = described(state);
  document.title = `${state.name} · Groundstone`;
  $("judged").replaceChildren();
  $("exports").hidden = true;
  $("as-json").href = forensicsAddress(state.id);
  layers.choose("picture");
  turn(1);
  $("name").focus();
  await watch();
}

async function watch() {
  clearTimeout(timer);
  const mine = open;
  let wait = 0; // the first look only begins the check
  try {
    for (;;) {
      const found = await documentForensics(mine.id, wait);
      if (mine !== open) return;
      wait = PATIENCE;
      $("trouble").hidden = true;
      progress(found);
      if (found.status === "failed") return failed(new ApiError(found.failure.code, found.failure.message));
      if (found.status === "ready") return arrived(found.report);
    }
  } catch (error) {
    if (mine !== open) return;
    trouble(error);
    if (error.code === "unreachable") timer = setTimeout(watch, LATER);
    else if (error.code === "not_found") leave();
  }
}

function progress({ status, pages_done, pages_wanted }) {
  $("progress").hidden = status !== "checking";
  const several = pages_wanted > 1;
  $("progress-words").textContent = several ? `Checking: ${pages_done} of ${pages_wanted} pages` : "Checking: pixels, words and the file itself …";
  $("progress-bar").max = Math.max(1, pages_wanted);
  if (several) $("progress-bar").value = pages_done;
  else $("progress-bar").removeAttribute("value");
}

function failed(error) {
  trouble(error);
  const again = el("button", { type: "button", class: "quiet", onclick: watch }, "Try again");
  $("judged").replaceChildren(el("h2", { class: "outcome" }, "It could not be checked"), el("p", { class: "scope" }, "The reason stands above."), el("p", { class: "row" }, again));
}

function arrived(report) {
  open.report = report;
  $("exports").hidden = false;
  const worst = report.boxes[0]?.page ?? report.pages[0].number;
  turn(report.pages.some((page) => page.number === worst) ? worst : report.pages[0].number);
  say($("judged").querySelector(".outcome").textContent);
}

const act = {
  light: (boxes) => layers.light(boxes.filter((box) => box.page === open.page)),
  bring: (box) => {
    if (box.page !== open.page) turn(box.page);
    layers.light([box]);
    layers.bring(box);
  },
};

function turn(page) {
  const { id, state, report } = open;
  const fresh = open.shown !== page;
  open.page = open.shown = page;
  $("paging").hidden = state.page_count < 2;
  $("where").textContent = `${page} of ${state.page_count}`;
  $("before").disabled = page <= 1;
  $("after").disabled = page >= state.page_count;
  $("as-png").href = forensicsLayer(id, "heat", page, 1600);
  const found = report?.pages.find((one) => one.number === page);
  const ratio = found ? found.width / found.height : page === 1 && state.height ? state.width / state.height : null;
  if (fresh) layers.show((layer, width) => forensicsLayer(id, layer, page, width), page, ratio);
  layers.suspect(found && found.verdict !== "genuine" ? found.boxes : []);
  if (report) tell(report, found);
}

// The report; of several pages first all together, then the one that is seen.
function tell(report, found) {
  if (report.pages.length < 2) return $("judged").replaceChildren(...judged(report, act), mind());
  const seen = found ? judgedPage(found, act) : [el("p", { class: "aside" }, "This page was not asked for.")];
  const all = [...judgedFile(report, act), pageList(report.pages, open.page, turn), el("div", { class: "of-page" }, seen), mind()];
  $("judged").replaceChildren(...all);
}

const mind = () => el("p", { class: "mind" }, "A probability is no proof: before anybody is accused, a person looks at the places and asks for the original.");

function leave() {
  history.pushState(null, "", location.pathname);
  start();
  $("main").focus();
}

// -- what people do -----------------------------------------------------------------------------------------

$("file").addEventListener("change", () => take($("file").files[0]));
takesFiles($("veil"), (files) => take(files[0]));
$("samples")?.addEventListener("click", (event) => event.target.dataset.sample && sample(event.target.dataset.sample));
$("before").addEventListener("click", () => turn(open.page - 1));
$("after").addEventListener("click", () => turn(open.page + 1));
$("another").addEventListener("click", leave);
deletes(() => open.id, () => {
  leave();
  say("The document is deleted.");
});

async function route() {
  const id = location.hash.slice(1);
  if (id && id === open?.id) return;
  if (!id) await start();
  else if ((await guarded(async () => {
    const state = await documentState(id);
    show(state); // the check goes on while the page is ready
    return true;
  })) !== true && open === null) await startWithTrouble(start);
  document.body.dataset.ready = "";
}

window.addEventListener("hashchange", route);
window.addEventListener("popstate", route);
route();

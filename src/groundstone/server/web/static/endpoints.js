// The page of load runs: a form, a run that goes or has ended, several compared, and everything measured before.
// What is shown stands behind the # of the address: new, run=ID, or compare=ID,ID.

import { compareLoadRuns, dropLoadRun, importLoadRun, labelLoadRun, loadChoices, loadRunNews, loadRunOf, loadRuns, startLoadRun, stopLoadRun } from "./api.js";
import { $, el } from "./dom.js";
import * as advice from "./endpoints_advice.js";
import * as form from "./endpoints_form.js";
import { day, head, live, mind, plots, results, STATES } from "./endpoints_run.js";
import { grid, ratioRows, ratiosByConcurrency } from "./endpoints_tables.js";
import { short } from "./plot.js";
import { guarded, trouble } from "./trouble.js";

const MOST = 4; // runs that are compared at a time
const SHOWN = 1200; // looks at a run that are drawn
const PARTS = ["new-run", "run", "comparison"];
const marked = new Set();
let listed = [];
let current = null; // the run that is shown
let following = null; // what ends the news of it
let drawnList = "";
let asked = 0; // the latest search; answers to earlier ones are dropped

const say = (words) => { $("said").textContent = words; };

// -- the history ---------------------------------------------------------------------------------------------

async function refresh() {
  const mine = ++asked;
  const found = await guarded(() => loadRuns($("search").value.trim()));
  if (!found || mine !== asked) return;
  const now = JSON.stringify([found.runs, current?.id, $("search").value]);
  if (now === drawnList) return; // who reads the list, or is in it by keyboard, is not disturbed
  drawnList = now;
  listed = found.runs;
  for (const id of marked) if (!listed.some((run) => run.id === id) && !$("search").value) marked.delete(id);
  $("runs").replaceChildren(...listed.map(entry));
  $("no-runs").hidden = listed.length > 0 || $("search").value !== "";
  $("found").textContent = $("search").value ? `${listed.length} ${listed.length === 1 ? "run" : "runs"} found` : "";
  mark();
}

function entry(run) {
  const tick = el("input", { type: "checkbox", "aria-label": `Compare ${run.title}`, onchange: () => toggle(run.id, tick) });
  tick.checked = marked.has(run.id);
  const { best, best_at: at, levels } = run.summary;
  const figures = levels ? `${short(best)} tokens/s${at ? `, ${at} at once` : ""}` : "nothing measured";
  const state = run.state === "done" ? "" : STATES[run.state];
  const open = el("a", { href: `#run=${run.id}`, "aria-current": current?.id === run.id ? "page" : null },
    el("span", { class: "gauge-title" }, run.title),
    el("small", {}, [state, figures].filter(Boolean).join(" · ")),
    el("small", {}, [day(run.created), ...run.tags].join(" · ")));
  return el("li", { class: run.state }, el("label", { class: "tick" }, tick), open);
}

function toggle(id, tick) {
  if (tick.checked && marked.size >= MOST) {
    tick.checked = false;
    say(`At most ${MOST} runs are compared at a time.`);
    return mark(`at most ${MOST}`);
  }
  if (tick.checked) marked.add(id);
  else marked.delete(id);
  mark();
}

function mark(note = "") {
  $("compare-row").hidden = !marked.size;
  $("compare").disabled = marked.size < 2;
  $("compare-says").textContent = note || (marked.size < 2 ? "tick another run" : `${marked.size} runs`);
}

// -- what is shown -------------------------------------------------------------------------------------------

// What a terminal measures meanwhile shows by itself.
function refreshSometimes() {
  if (document.visibilityState === "visible") refresh();
}

async function route() {
  following?.abort();
  following = current = null;
  $("trouble").hidden = true;
  const [kind, value = ""] = window.location.hash.slice(1).split("=");
  if (kind === "run" && value) await openRun(value);
  else if (kind === "compare" && value) await openComparison(value.split(","));
  else show("new-run", "Measure endpoints");
  for (const link of $("runs").querySelectorAll("a")) link.toggleAttribute("aria-current", link.hash === `#run=${current?.id}`);
}

function show(part, title) {
  for (const id of PARTS) $(id).hidden = id !== part;
  document.title = `${title} · Groundstone`;
}

async function openRun(id) {
  const found = await guarded(() => loadRunOf(id));
  if (!found) return show("", "Measure endpoints");
  current = { ...found.run, measured: found.measured, points: found.points, commands: found.commands };
  show("run", found.run.title);
  draw();
  if (found.run.state === "running") follow(id);
}

function draw() {
  head(current, current.measured);
  live(current, current.points);
  results(current, current.measured);
  if (current.measured) advice.about(current);
}

async function follow(id) {
  const mine = (following = new AbortController());
  let seen = false; // the stream begins with all looks, which are here already
  try {
    for await (const { kind, data } of loadRunNews(id, mine.signal)) {
      if (kind === "points") {
        current.points = (seen ? [...current.points, ...data.points] : data.points).slice(-SHOWN);
        seen = true;
        live(current, current.points);
      } else if (kind === "run") {
        const ended = current.state === "running" && data.state !== "running";
        Object.assign(current, data);
        if (ended) say(`The run is ${STATES[data.state]}.`);
        draw();
        refresh();
      } else if (kind === "done" && data.gone) {
        window.location.hash = "new"; // somebody deleted it
      } else if (kind === "measured") {
        current.measured = data;
        draw();
      }
    }
  } catch (error) {
    if (error.name !== "AbortError" && mine === following) trouble(error);
  }
}

async function openComparison(ids) {
  const found = await guarded(() => compareLoadRuns(ids));
  if (!found) return show("", "Measure endpoints");
  show("comparison", "Runs compared");
  const runs = found.runs.map(({ run, measured }) => ({ name: run.title, measured, run }));
  $("compared-key").replaceChildren(...runs.map(({ run }, at) => el("li", { class: `tone-${at}` }, el("i", { "aria-hidden": "true" }), el("a", { href: `#run=${run.id}` }, run.title), el("small", {}, ` ${run.target} · ${day(run.created)}`))));
  $("compared-minds").replaceChildren(...found.notes.map(mind));
  $("compared-plots").replaceChildren(...plots(runs));
  $("ratios").replaceChildren(grid("Figures of the runs, with ratios to the first", ["", ...runs.map((one) => one.name)], ratioRows(found.whole)));
  const [names, lines] = [runs.map((one) => one.name), found.by_concurrency];
  $("by-concurrency").replaceChildren(...(lines.length ? [
    el("h3", {}, "Throughput, tokens a second"), ratiosByConcurrency("Throughput by requests at once", names, lines, "throughput"),
    el("h3", {}, "Latency, milliseconds a token"), ratiosByConcurrency("Latency by requests at once", names, lines, "latency"),
  ] : [mind("These runs have no number of requests at once in common.")]));
}

// -- what is done --------------------------------------------------------------------------------------------

async function start(event) {
  event.preventDefault();
  $("go").disabled = true;
  const run = await guarded(() => startLoadRun(form.order()));
  $("go").disabled = false;
  if (!run) return $("trouble").scrollIntoView({ block: "nearest" });
  say("The run has begun.");
  window.location.hash = `run=${run.id}`;
}

async function stop() {
  $("stop").disabled = true;
  if (await guarded(() => stopLoadRun(current.id))) say("The run ends; what it has measured is kept.");
}

async function remove() {
  const { id } = current;
  if ((await confirmed("sure")) !== "delete") return;
  await guarded(async () => {
    await dropLoadRun(id);
    marked.delete(id);
    window.location.hash = "new";
    await refresh();
  });
}

async function rename() {
  $("new-name").value = current.title;
  $("new-tags").value = current.tags.join(" ");
  if ((await confirmed("naming")) !== "save") return;
  const tags = $("new-tags").value.split(/[\s,]+/).filter(Boolean);
  const run = await guarded(() => labelLoadRun(current.id, { title: $("new-name").value.trim(), tags }));
  if (!run) return;
  Object.assign(current, run);
  draw();
  refresh();
}

function confirmed(id) {
  const dialog = $(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

async function take(event) {
  const [file] = event.target.files;
  if (!file) return;
  const run = await guarded(async () => importLoadRun(await parsed(file), file.name.replace(/\.json$/i, "").slice(0, 120)));
  event.target.value = "";
  if (!run) return;
  await refresh();
  window.location.hash = `run=${run.id}`;
}

// The server says what is wrong with anything that is no report.
async function parsed(file) {
  const text = await file.text();
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 100);
  }
}

function again() {
  form.restore(current);
  window.location.hash = "new";
}

async function begin() {
  const choices = await guarded(loadChoices);
  if (choices) {
    form.fill(choices);
    form.arrange();
    advice.prepare(choices);
  }
  await refresh();
  await route();
  document.body.dataset.ready = "";
}

let typing = 0;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, 150);
});
$("form").addEventListener("change", form.arrange);
$("form").addEventListener("submit", start);
$("stop").addEventListener("click", stop);
$("delete").addEventListener("click", remove);
$("rename").addEventListener("click", rename);
$("again").addEventListener("click", again);
$("import").addEventListener("change", take);
for (const id of ["print", "print-compared"]) $(id).addEventListener("click", () => window.print());
$("compare").addEventListener("click", () => { window.location.hash = `compare=${[...marked].join(",")}`; });
window.addEventListener("hashchange", route);
setInterval(refreshSometimes, 5000);
begin();

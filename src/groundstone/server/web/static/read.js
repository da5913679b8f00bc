// The page that reads a document: takes it, watches its reading, asks it, and shows where each answer stands.

import {
  ApiError, askDocument, correctAnswer, documentAnswers, documentExport, documentState, dropAnswer, pageLayout,
  pagePicture, pageWords,
} from "./api.js";
import { $, el } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { asking, finding } from "./findings.js";
import { fillForms, fillTables, fillText } from "./page_tabs.js";
import { Sheet } from "./sheet.js";
import { deletes, described, list, send, startWithTrouble } from "./shelf.js";
import { guarded, trouble } from "./trouble.js";

const SOON = 400; // milliseconds between two looks at a reading
const LATER = 2500; // after the server could not be reached
const TABS = ["answers", "text", "forms", "tables"];
const SETS = {
  "Vaccination card": ["What is Vaccination Status?", "What is Name?", "What is Date of Birth?", "What is Document Number?"],
  Receipt: ["What is the company?", "What is the date?", "What is the total?"],
};
const STATES = { reading: "is being read", failed: "could not be read" };

let open = null; // the document that is shown: {id, state, page, answers, waiting: texts of questions}
let timer = 0;
const pages = new Map(); // what is known of pages of the open document: number -> {words, layout}
const sheet = new Sheet(touched);

const say = (words) => ($("said").textContent = words);

// -- taking a document --------------------------------------------------------------------------------------

const take = (file) => send(file, show);

// -- the document that is shown -----------------------------------------------------------------------------

function start() {
  open = null;
  clearTimeout(timer);
  sheet.clear();
  pages.clear();
  $("document").hidden = true;
  $("start").hidden = false;
  document.title = "Read a document · Groundstone";
  return list(STATES);
}

async function show(state) {
  pages.clear();
  open = { id: state.id, state, page: 1, answers: [], waiting: [] };
  $("start").hidden = $("recent").hidden = true;
  $("document").hidden = false;
  $("name").textContent = state.name;
  document.title = `${state.name} · Groundstone`;
  $("suggestions").replaceChildren();
  for (const name of TABS.slice(1)) $(`tab-${name}`).replaceChildren();
  listAnswers();
  turn(1);
  $("name").focus();
  await watch();
}

async function watch() {
  clearTimeout(timer);
  const mine = open;
  try {
    const state = mine.state.status === "reading" ? await documentState(mine.id) : mine.state;
    if (mine !== open) return;
    mine.state = state;
    $("trouble").hidden = true;
    describe();
    if (state.status === "reading") timer = setTimeout(watch, SOON);
    if (state.status === "ready") await arrived();
  } catch (error) {
    if (mine !== open) return;
    trouble(error);
    if (error.code === "unreachable") timer = setTimeout(watch, LATER);
    else if (error.code === "not_found") leave();
  }
}

function describe() {
  const { state } = open;
  $("about").textContent = described(state);
  const reading = state.status === "reading";
  $("progress").hidden = !reading;
  $("progress-words").textContent = state.pages_wanted > 1 ? `Reading: ${state.pages_done} of ${state.pages_wanted} pages` : "Reading …";
  const bar = $("progress-bar");
  bar.max = Math.max(1, state.pages_wanted);
  if (state.pages_wanted > 1) bar.value = state.pages_done;
  else bar.removeAttribute("value");
  if (state.failure) trouble(new ApiError(state.failure.code, state.failure.message));
  const failed = state.status === "failed";
  for (const id of ["tabs", "tab-answers", "exports"]) $(id).hidden = failed;
  $("exports").hidden = state.status !== "ready";
  $("paging").hidden = state.page_count < 2;
  if (failed) for (const name of TABS) $(`tab-${name}`).hidden = true;
}

async function arrived() {
  const mine = open;
  mine.answers = (await documentAnswers(mine.id)).answers;
  if (mine !== open) return;
  say("The document is read.");
  listAnswers();
  await fill();
  await askWaiting();
}

function turn(page) {
  open.page = page;
  open.turnedFor = null;
  const { id, state } = open;
  $("where").textContent = `${page} of ${state.page_count}`;
  $("before").disabled = page <= 1;
  $("after").disabled = page >= state.page_count;
  for (const form of ["json", "csv", "png"]) $(`as-${form}`).href = documentExport(id, form, page);
  sheet.show((width) => pagePicture(id, page, width), page, page === 1 && state.height ? state.width / state.height : null);
  sheet.setAnswers(open.answers);
  return fill();
}

// Brings words, forms and tables of the page that is shown.
async function fill() {
  const mine = open;
  const { page } = mine;
  if (mine.state.status !== "ready") return;
  await guarded(async () => {
    if (!pages.has(page)) {
      const found = await pageOf(mine.id, page);
      if (mine !== open) return;
      pages.set(page, found);
    }
    if (mine !== open || page !== open.page) return;
    const { words, layout } = pages.get(page);
    sheet.setWords(words.lines);
    if (mine.turnedFor !== page) sheet.turn(-90 * Math.round((words.rotation ?? 0) / 90));
    mine.turnedFor = page;
    sheet.setAnswers(open.answers);
    fillText(words, act);
    fillForms(layout, act);
    fillTables(layout, act);
    suggest(layout);
  });
}

async function pageOf(id, page) {
  try {
    const [read, layout] = await Promise.all([pageWords(id, page), pageLayout(id, page)]);
    return { words: read.pages[0], layout };
  } catch (error) {
    if (error.code !== "not_found") throw error;
    return { words: { number: page, lines: [], text: "" }, layout: { pairs: [], tables: [] } }; // it was not asked for
  }
}

async function go(place) {
  if (!place.page) return;
  if (place.page !== open.page) await turn(place.page);
  sheet.light([{ ...place, kind: "answer" }, place.label && { ...place.label, kind: "label" }]);
  sheet.bring(place);
}

function leave() {
  history.pushState(null, "", location.pathname);
  start();
  $("main").focus();
}

// -- questions and answers ----------------------------------------------------------------------------------

const act = {
  light: (places) => sheet.light(places.filter(Boolean)),
  go,
  say,
  paged: () => open.state.page_count > 1,
  pick: (told) => sheet.pick(told),
  stopPicking: () => sheet.stopPicking(),
  correct: (number, body) => guarded(async () => {
    const fixed = await correctAnswer(open.id, number, body);
    open.answers = open.answers.map((one) => (one.number === number ? fixed : one));
    listAnswers();
    document.querySelector(`[data-number="${number}"] button`)?.focus();
    say("The correction is kept.");
  }, "refused"),
  remove: (number) => guarded(async () => {
    await dropAnswer(open.id, number);
    open.answers = open.answers.filter((one) => one.number !== number);
    listAnswers();
    $("question").focus();
  }, "refused"),
};

function listAnswers() {
  const cards = [...open.answers.map((one) => finding(one, act)), ...open.waiting.map(asking)];
  $("answers").replaceChildren(...cards);
  sheet.setAnswers(open.answers);
}

async function ask(texts) {
  $("refused").hidden = true;
  open.waiting.push(...texts.filter((text) => !open.waiting.includes(text)));
  listAnswers();
  $("answers").children[open.answers.length]?.scrollIntoView({ block: "nearest" });
  if (open.state.status === "ready") await askWaiting();
}

async function askWaiting() {
  const mine = open;
  if (!mine.waiting.length || mine.asking) return;
  mine.asking = true;
  const texts = [...mine.waiting];
  try {
    const { answers } = await askDocument(mine.id, texts.map((text) => ({ text })));
    mine.answers.push(...answers);
    if (mine === open) say(answers.map((one) => `${one.text} ${one.answer ?? "The document does not say"}`).join(". "));
  } catch (error) {
    if (mine === open) {
      trouble(error, "refused");
      $("question").value = texts.join("\n");
    }
  }
  mine.asking = false;
  mine.waiting = mine.waiting.filter((text) => !texts.includes(text));
  if (mine !== open) return;
  listAnswers();
  if (mine.waiting.length && $("refused").hidden) await askWaiting();
}

function suggest(layout) {
  const asked = new Set(open.answers.map((one) => one.text));
  const labels = layout.pairs.map((pair) => pair.key.text.replace(/[\s:.*#]+$/, "")).filter((text) => text.length > 1 && text.length < 40);
  const own = [...new Set(labels)].slice(0, 5).map((label) => [label, [`What is ${label}?`]]);
  const all = [...Object.entries(SETS), ...own].filter(([, texts]) => texts.some((text) => !asked.has(text)));
  $("suggestions").replaceChildren(...all.map(([title, texts]) =>
    el("button", { type: "button", class: "start", title: texts.join(" "), onclick: () => ask(texts) }, title)));
}

function touched(number) {
  for (const card of document.querySelectorAll(".finding")) card.classList.toggle("lit", card.dataset.number === String(number));
  const one = open?.answers.find((each) => each.number === number);
  act.light(one ? [{ ...one, kind: "answer" }, one.label && { ...one.label, kind: "label" }] : []);
}

// -- what people do -----------------------------------------------------------------------------------------

$("file").addEventListener("change", () => take($("file").files[0]));
$("camera").addEventListener("change", () => take($("camera").files[0]));
takesFiles($("veil"), (files) => take(files[0]));
$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const texts = $("question").value.split("\n").map((line) => line.trim()).filter(Boolean);
  $("question").value = "";
  if (texts.length) ask(texts);
});
$("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("ask").requestSubmit();
});
$("tabs").addEventListener("change", (event) => {
  for (const name of TABS) $(`tab-${name}`).hidden = name !== event.target.value;
});
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
  else if ((await guarded(async () => show(await documentState(id)).then(() => true))) !== true && open === null) await startWithTrouble(start);
  document.body.dataset.ready = "";
}

window.addEventListener("hashchange", route);
window.addEventListener("popstate", route);
$("camera-button").hidden = !window.matchMedia("(pointer: coarse)").matches;
route();

// Talk to slides: decks come in and are read, one is shown, questions are asked of some or all.

import { addDeck, addSampleDecks, ApiError, deckFile, deckNews, dropDeck, retryDeck, slideDecks } from "./api.js";
import { $, el } from "./dom.js";
import { takesFiles } from "./dropping.js";
import { busy, deletes, tooLarge } from "./shelf.js";
import { SlideStage } from "./slides_stage.js";
import { composer, Exchange } from "./slides_talk.js";
import { guarded, trouble } from "./trouble.js";

const LATER = 3000; // milliseconds until a server that went away is asked again
const PICTURE = /\.(png|jpe?g|gif|webp|tiff?|bmp|heic|heif)$/i;
const KINDS = { "application/pdf": "PDF", "application/vnd.oasis.opendocument.presentation": "ODP", "application/zip": "Pictures" };
const GENERAL = ["What is this deck about?", "How many slides are there?"];

let decks = []; // as the API lists them, newest first
const left = new Set(); // ids of decks that are not asked
let shown = null; // id of the deck that is shown
let talk = []; // turns for the history
let news = null; // stops following the news of decks
let lost = false; // whether the news broke off
let asking = null; // stops the answer that is coming
const stage = new SlideStage((number) => go({ deck: shown, slide: number }));

const say = (words) => ($("said").textContent = words);
const find = (id) => decks.find((one) => one.id === id);
const kind = (deck) => KINDS[deck.media_type] ?? (deck.media_type.startsWith("image/") ? "Picture" : deck.media_type.includes("presentation") ? "PPTX" : "Slides");
const count = (number) => (number === 1 ? "1 slide" : `${number} slides`);
const title = (deck) => deck.title || deck.name;

// -- taking decks -------------------------------------------------------------------------------------------

const pictured = (file) => file.type.startsWith("image/") || PICTURE.test(file.name);

// Several pictures are one deck; any other file is one of its own.
function bundles(files) {
  const pictures = files.filter(pictured);
  return [...files.filter((file) => !pictured(file)).map((file) => [file]), ...(pictures.length ? [pictures] : [])];
}

async function take(list) {
  const files = [...list];
  $("trouble").hidden = true;
  if (!files.length || files.some(tooLarge)) return;
  const refused = [];
  for (const bundle of bundles(files)) {
    const form = new FormData();
    for (const file of bundle) form.append("file", file, file.name || "picture.png");
    const name = bundle.length > 1 ? `${bundle.length} pictures` : bundle[0].name || "The picture";
    await busy(`Sending ${name} …`, async () => arrived([await addDeck(form)]));
    if (!$("trouble").hidden) refused.push(`${name}: ${$("trouble").textContent}`);
  }
  if (refused.length) trouble(new ApiError("refused", refused.join(" · ")));
}

function arrived(made) {
  decks = [...made, ...decks.filter((one) => !made.some((other) => other.id === one.id))];
  list();
  go({ deck: made[0].id, slide: 1 });
  say(`${title(made[0])} is being read.`);
  follow();
}

// Follows the news of decks until all are read; a server that went away is asked again.
async function follow() {
  news?.abort();
  const mine = (news = new AbortController());
  try {
    for await (const { kind: event, data } of deckNews(mine.signal)) {
      if (lost) $("trouble").hidden = true;
      lost = false;
      if (event === "deck") changed(data);
      if (event === "gone") gone(data.id);
    }
    lost = decks.some((one) => one.state === "reading"); // it broke off
  } catch (error) {
    if (error.name === "AbortError" || mine.signal.aborted) return;
    trouble(error instanceof ApiError ? error : new ApiError("unreachable", error.message));
    lost = true;
  }
  if (lost) setTimeout(() => mine === news && follow(), LATER);
}

function changed(deck) {
  const before = find(deck.id);
  decks = before ? decks.map((one) => (one.id === deck.id ? deck : one)) : [deck, ...decks];
  if (before?.state === "reading" && deck.state !== "reading") say(deck.state === "failed" ? `${title(deck)} could not be read.` : `${title(deck)} is read.`);
  list();
  if (deck.id === shown) describe();
}

function gone(id) {
  if (!find(id)) return;
  decks = decks.filter((one) => one.id !== id);
  left.delete(id);
  list();
  if (shown !== id) return;
  shown = null;
  stage.clear();
  history.replaceState(null, "", location.pathname);
  if (decks.length) go({ deck: decks[0].id, slide: 1 });
}

// -- the list of decks --------------------------------------------------------------------------------------

const askable = () => decks.filter((one) => one.ready > 0 && !left.has(one.id));

function list() {
  const some = decks.length > 0;
  $("start").hidden = some;
  $("desk").hidden = !some;
  const room = some ? "zone-small" : "zone-large";
  if ($("zone").parentElement.id !== room) $(room).append($("zone"));
  const held = document.activeElement?.dataset?.of; // the list is written anew under the keyboard
  $("decks").replaceChildren(...decks.map(listed));
  if (held) document.querySelector(`#decks [data-of="${held}"]`)?.focus();
  summarise();
}

function summarise() {
  const asked = decks.filter((one) => one.state !== "failed" && !left.has(one.id)).length;
  $("asked").textContent = decks.length === 1 ? "One deck" : asked === decks.length ? (asked === 2 ? "Both decks are asked" : `All ${asked} decks are asked`) : `${asked} of ${decks.length} decks are asked`;
  const samples = decks.some((one) => one.origin === "samples") ? JSON.parse($("suggestions").dataset.samples) : [];
  const offered = decks.some((one) => one.ready) ? [...samples, ...GENERAL].slice(0, 4) : [];
  $("suggestions").replaceChildren(...offered.map((text) => el("button", { type: "button", class: "start", title: text, onclick: () => ask(text) }, text)));
  $("opening").hidden = $("exchanges").children.length > 0;
}

function listed(deck) {
  const box = el("input", { type: "checkbox", "data-of": `ask-${deck.id}`, "aria-label": `Ask ${title(deck)}`, disabled: deck.state === "failed" });
  box.checked = deck.state !== "failed" && !left.has(deck.id);
  box.addEventListener("change", () => {
    if (box.checked) left.delete(deck.id);
    else left.add(deck.id);
    summarise();
  });
  const open = el("button", { type: "button", class: "deck-open", "data-of": `open-${deck.id}`, "aria-current": deck.id === shown ? "true" : null, onclick: () => go({ deck: deck.id, slide: 1 }) },
    el("span", { class: "deck-title" }, title(deck)), el("small", {}, state(deck)));
  return el("li", { class: `deck ${deck.state}` }, el("span", { class: "tick" }, box), open);
}

function state(deck) {
  if (deck.state === "failed") return "Could not be read";
  if (deck.state === "reading") return deck.slides ? `Reading: ${deck.ready} of ${count(deck.slides)}` : "Reading …";
  return [count(deck.slides), kind(deck), deck.state === "partial" ? "some of it was left out" : ""].filter(Boolean).join(" · ");
}

// -- the deck that is shown ---------------------------------------------------------------------------------

// Goes to a slide: {deck, slide}, or a citation, whose quote and boxes are marked.
function go(place) {
  const deck = find(place.deck);
  if (!deck) return trouble(new ApiError("not_found", "That deck is not here any more."));
  const other = shown !== deck.id;
  shown = deck.id;
  if (other) list();
  stage.number = other ? place.slide : stage.number;
  describe();
  if (deck.slides) stage.show(deck, Math.min(place.slide, deck.slides), place.quote ? place : null);
  history.replaceState(null, "", `#${deck.id}/${place.slide}`);
}

function describe() {
  const deck = find(shown);
  const reading = deck.state === "reading";
  const failed = deck.state === "failed";
  $("deck-name").textContent = title(deck);
  $("about").textContent = failed ? "This deck could not be read." : [title(deck) === deck.name ? "" : deck.name, deck.slides ? count(deck.slides) : "", kind(deck)].filter(Boolean).join(" · ");
  $("deck-file").href = deckFile(deck.id);
  $("retry").hidden = !failed && !(deck.state === "partial" && deck.ready < deck.slides);
  $("progress").hidden = !reading;
  $("progress-words").textContent = deck.slides ? `Reading: ${deck.ready} of ${count(deck.slides)}.${deck.ready ? " You can ask already." : ""}` : "Reading …";
  const bar = $("progress-bar");
  bar.max = Math.max(1, deck.slides);
  if (deck.slides) bar.value = deck.ready;
  else bar.removeAttribute("value");
  $("problems").hidden = deck.problems.length === 0;
  if (failed) $("problems").open = true;
  $("problems-count").textContent = failed ? "What went wrong" : deck.problems.length === 1 ? "One thing was left out" : `${deck.problems.length} things were left out`;
  $("problems-list").replaceChildren(...deck.problems.map((words) => el("li", {}, words)));
  $("showing").hidden = failed || !deck.slides;
  if (deck.slides && stage.number && stage.deck?.id === deck.id) stage.update(deck);
  else if (deck.slides && stage.deck?.id !== deck.id) stage.show(deck, Math.min(stage.number || 1, deck.slides));
}

// -- questions ----------------------------------------------------------------------------------------------

async function ask(question, replaced = null) {
  if (!question || asking) return;
  const asked = askable();
  if (!asked.length) {
    const words = decks.some((one) => one.state === "reading") ? "No slide is read yet. In a moment one can be asked." : "No deck is chosen. Tick one to ask it.";
    return trouble(new ApiError("no_deck", words));
  }
  $("trouble").hidden = true;
  $("question").value = "";
  const exchange = new Exchange(question, { go: opened, again });
  if (replaced) replaced.replaceWith(exchange.node);
  else $("exchanges").append(exchange.node);
  summarise();
  exchange.node.scrollIntoView({ block: "nearest" });
  asking = new AbortController();
  switched();
  const chosen = left.size ? asked.map((one) => one.id) : [];
  const way = document.querySelector("input[name=way]:checked")?.value ?? null;
  const whole = await exchange.run({ question, decks: chosen, way, history: talk }, asking.signal);
  asking = null;
  switched();
  if (whole) {
    talk.push(whole.turn);
    say(whole.text);
  } else if (!$("question").value) $("question").value = question;
  exchange.node.scrollIntoView({ block: "nearest" });
}

function again(exchange) {
  $("question").value = "";
  ask(exchange.question, exchange.node);
}

// A citation was chosen, or came first in an answer.
function opened(place) {
  for (const lit of document.querySelectorAll(".source.lit, .cite.lit")) lit.classList.remove("lit");
  go(place);
}

function switched() {
  $("send").hidden = asking !== null;
  $("stop").hidden = asking === null;
  $("fresh").hidden = talk.length === 0 && $("exchanges").children.length === 0;
}

// -- what people do -----------------------------------------------------------------------------------------

$("file").addEventListener("change", () => take($("file").files));
takesFiles($("veil"), take);
composer(ask);
$("samples").addEventListener("click", () => busy("The sample decks are fetched …", async () => arrived((await addSampleDecks()).decks)));
$("stop").addEventListener("click", () => asking?.abort());
$("retry").addEventListener("click", () => guarded(async () => {
  changed(await retryDeck(shown));
  follow();
}));
$("fresh").addEventListener("click", () => {
  asking?.abort();
  talk = [];
  $("exchanges").replaceChildren();
  $("fresh").hidden = true;
  summarise();
  $("question").focus();
});
deletes(() => shown, (id) => {
  gone(id);
  say("The deck is deleted.");
  $("main").focus();
}, dropDeck);

function route() {
  const [id, slide] = location.hash.slice(1).split("/");
  const number = Number.parseInt(slide, 10) || 1;
  if (find(id)) go({ deck: id, slide: Math.max(1, number) });
  else if (decks.length) {
    go({ deck: decks[0].id, slide: 1 });
    if (id) trouble(new ApiError("not_found", "That deck is not here any more."));
  } else if (id) trouble(new ApiError("not_found", "That deck is not here any more."));
}

async function begin() {
  await guarded(async () => {
    const found = await slideDecks();
    decks = found.decks;
    const problems = Object.entries(found.problems).map(([file, why]) => `${file}: ${why}`);
    $("room").hidden = problems.length === 0 && found.room > 0;
    $("room").textContent = [found.room > 0 ? "" : "There is no room for another deck; delete one first.", ...problems].filter(Boolean).join(" ");
    list();
    route();
    if (decks.some((one) => one.state === "reading")) follow();
  });
  document.body.dataset.ready = "";
}

window.addEventListener("hashchange", route);
begin();

// The chat page: what is typed, what is asked, which conversation is open.

import * as api from "./api.js";
import * as conversations from "./conversations.js";
import { $, el, placeBelow } from "./dom.js";
import * as evidence from "./evidence.js";
import { TurnView } from "./render.js";

const kb = document.body.dataset.kb;
const question = $("question");
const title = document.title;
let schema = { fields: [] };
let open = null; // id of the conversation
let running = null; // AbortController of the answer on its way
let views = [];

const turnActions = { ask, rate, retry, anew };

async function ask(text, query = null) {
  if (running) return;
  const control = begin();
  const view = new TurnView(text, schema, turnActions, query !== null);
  view.asked = { text, query };
  place(view);
  try {
    const id = open ?? (await api.begin(kb)).id;
    control.signal.throwIfAborted(); // meanwhile another conversation may have been opened
    open = id;
    const body = { question: text, conversation_id: id, ...(query && { query }) };
    for await (const event of api.ask(kb, body, control.signal)) view.take(event);
    finished(view);
  } catch (error) {
    await broken(view, error, control.signal.aborted);
  } finally {
    if (running === control) {
      running = null;
      busy(false);
    }
  }
}

async function broken(view, error, stopped) {
  const cause = stopped ? error : await causeOf(error);
  if (!views.includes(view)) return; // the reader went elsewhere
  if (stopped) view.stopped();
  else view.failed(cause);
  evidence.say("Nothing to show: the answer did not arrive.");
  if (cause === api.UNREACHABLE) banner(cause.message);
}

// Not found is the knowledge base or the conversation: asking for the latter tells which.
async function causeOf(error) {
  if (error.code !== "not_found" || !open) return error;
  return api.conversation(open).then(
    () => error,
    (found) => found,
  );
}

function begin() {
  running = new AbortController();
  busy(true);
  banner("");
  $("empty").hidden = true;
  return running;
}

function place(view) {
  views.push(view);
  $("turns").append(view.element);
  view.element.scrollIntoView({ block: "start" });
  evidence.say("Looking in the documents …");
}

function finished(view) {
  evidence.offer(view);
  named();
  conversations.refresh(open).then(named).catch(problem);
}

function retry(view) {
  views = views.filter((item) => item !== view);
  view.element.remove();
  return ask(view.asked.text, view.asked.query);
}

// The question of a conversation that was deleted elsewhere, ready to be asked in a new one.
function anew(view) {
  fresh();
  question.value = view.question;
  busy(false);
}

async function rate(number, rating, comment) {
  try {
    await api.rate(open, number, rating, comment);
    return true;
  } catch (error) {
    problem(error);
    return false;
  }
}

function busy(on) {
  $("send").hidden = on;
  $("stop").hidden = !on;
  $("send").disabled = !question.value.trim();
}

function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

function problem(error) {
  banner(error.message);
  if (error === api.GONE) $("banner").append(" ", el("button", { type: "button", onclick: fresh }, "Start a new one"));
}

function named() {
  const first = views[0]?.question;
  document.title = first ? `${first} · Groundstone` : title;
  $("export").hidden = !open || !views.length;
  if (!open) return;
  $("export-markdown").href = api.exportAddress(open, "markdown");
  $("export-json").href = api.exportAddress(open, "json");
  const address = `/chat/${kb}?c=${open}`;
  if (window.location.pathname + window.location.search !== address) window.history.pushState(null, "", address);
}

function blank() {
  running?.abort();
  running = null;
  busy(false);
  open = null;
  views = [];
  $("turns").replaceChildren();
  $("empty").hidden = false;
  evidence.clear();
  banner("");
}

function fresh() {
  blank();
  window.history.pushState(null, "", `/chat/${kb}`);
  named();
  conversations.tidy();
  conversations.refresh(null).catch(problem);
  question.focus();
}

async function show(id) {
  const stored = await api.conversation(id);
  blank();
  open = id;
  $("empty").hidden = stored.turns.length > 0;
  for (const turn of stored.turns) {
    const view = new TurnView(turn.question, schema, turnActions, turn.edited);
    view.restore(turn);
    views.push(view);
    $("turns").append(view.element);
  }
  if (views.length) evidence.offer(views.at(-1));
  views.at(-1)?.element.scrollIntoView({ block: "start", behavior: "instant" });
  named();
  conversations.tidy();
  await conversations.refresh(id);
}

function submit() {
  const text = question.value.trim();
  if (!text || running) return;
  question.value = "";
  busy(false);
  ask(text);
}

function typed(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
  if (event.key === "ArrowUp" && !question.value && views.length) {
    event.preventDefault();
    question.value = views.at(-1).question;
    busy(Boolean(running));
  }
}

function shortcuts(event) {
  const writing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !writing && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    question.focus();
  }
  if (event.key === "Escape" && !event.defaultPrevented && running) running.abort();
}

function follow() {
  const id = new URLSearchParams(window.location.search).get("c");
  if (id === open) return;
  if (id) show(id).catch(gone);
  else blank();
}

function gone(error) {
  blank();
  window.history.replaceState(null, "", `/chat/${kb}`);
  named();
  problem(error);
  conversations.refresh(null).catch(problem);
}

function connect() {
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  question.addEventListener("keydown", typed);
  question.addEventListener("input", () => busy(Boolean(running)));
  document.addEventListener("keydown", shortcuts);
  $("stop").addEventListener("click", () => running?.abort());
  $("new").addEventListener("click", fresh);
  for (const example of document.querySelectorAll(".example")) {
    example.addEventListener("click", () => ask(example.textContent));
  }
  $("read")?.addEventListener("click", readDocuments);
  $("export-menu").addEventListener("click", () => $("export-menu").hidePopover());
  $("export-menu").addEventListener("toggle", () => placeBelow($("export-menu"), $("export")));
  window.addEventListener("popstate", follow);
  window.addEventListener("offline", () => banner("You are offline. What you have asked stays here."));
  window.addEventListener("online", () => banner(""));
}

// The first sync of a knowledge base, from its empty page.
async function readDocuments() {
  const says = $("reading");
  $("read").disabled = true;
  says.textContent = "Reading …";
  try {
    await api.sync(kb, ({ done, total }) => (says.textContent = total ? `${done} of ${total} documents` : `${done} documents`));
    window.location.reload();
  } catch (error) {
    $("read").disabled = false;
    says.textContent = error.message;
  }
}

async function start() {
  connect();
  busy(false);
  try {
    schema = (await api.knowledgeBase(kb)).spec.schema;
    evidence.setUp(kb, schema);
    await conversations.setUp({ kb, open: (id) => show(id).catch(gone), left: fresh, fail: problem });
    follow();
  } catch (error) {
    problem(error);
  }
  document.body.dataset.ready = "";
  if (window.matchMedia("(hover: hover)").matches) question.focus();
}

start();

// The page of custom models: starts trainings, watches them, lists the models.

import { customModels, dropCustomModel, models, stopJob, train, trainingJobs } from "./api.js";
import { reportOf } from "./custom_report.js";
import { $, el } from "./dom.js";
import { guarded } from "./trouble.js";

const SOON = 700; // milliseconds between two looks while something trains
const RUNNING = ["InProgress", "Stopping"];
const NOTES = {
  auto: "Learns from the meaning of your texts. With a chat model, tries that too and keeps the better.",
  head: "Learns from the meaning of your texts. Seconds for thousands of examples.",
  "few-shot": "Shows a chat model the nearest examples each time. Slow, and as good as that model.",
};
const DOING = { waiting: "Waits for its turn", data: "Reads the examples", training: "Learns", validation: "Asks the chat model" };
const ENDED = { Failed: "failed", Stopped: "stopped" };

let opened = ""; // the model whose report is shown
let running = new Set();
let ended = new Set(); // jobs that were seen to end on this visit
let timer = 0;

const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const dayOf = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

// -- what there is ----------------------------------------------------------------------------------------

async function look() {
  clearTimeout(timer);
  await guarded(async () => {
    const [{ jobs }, shelf] = await Promise.all([trainingJobs(), customModels()]);
    showJobs(jobs);
    showModels(shelf.models);
  });
  document.body.dataset.ready = "";
  if (running.size) timer = setTimeout(look, SOON);
}

function showJobs(jobs) {
  const now = new Set(jobs.filter((job) => RUNNING.includes(job.status)).map((job) => job.id));
  for (const id of running) if (!now.has(id)) ended.add(id);
  const done = jobs.find((job) => running.has(job.id) && job.status === "Completed");
  running = now;
  const shown = jobs.filter((job) => now.has(job.id) || (ended.has(job.id) && job.status !== "Completed"));
  $("jobs").hidden = shown.length === 0;
  const before = document.activeElement?.dataset.job;
  $("job-list").replaceChildren(...shown.map(jobItem));
  if (before) document.querySelector(`[data-job="${before}"]`)?.focus();
  if (done) open(done.model);
}

function jobItem(job) {
  const over = ENDED[job.status];
  if (over) {
    const why = job.failure || "Nothing of it was kept.";
    return el("li", { class: "job over" }, el("h3", {}, job.model, el("small", {}, over)), el("p", {}, why));
  }
  const { done = 0, total = 0 } = job.progress ?? {};
  const words = job.status === "Stopping" ? "Stops" : DOING[job.phase] ?? "Ends";
  const counted = total ? `${words}: ${done} of ${total}` : `${words} …`;
  const bar = el("progress", { max: total || null, value: total ? done : null, "aria-label": `${job.model}: ${words}` });
  const stop = el("button", { type: "button", class: "quiet", "data-job": job.id, onclick: () => guarded(() => halt(job.id)) }, "Stop", el("span", { class: "hidden" }, ` the training of ${job.model}`));
  return el("li", { class: "job" }, el("h3", {}, job.model, el("small", {}, counted)), bar, job.status === "Stopping" ? null : stop);
}

async function halt(id) {
  await stopJob(id);
  await look();
}

function showModels(found) {
  $("shelf").hidden = found.length === 0;
  $("models").replaceChildren(...found.map(modelItem));
  if (opened && !found.some((model) => model.name === opened)) close();
}

function modelItem(model) {
  const said = `${share.format(model.accuracy)} right of ${model.tested_on} tested`;
  const about = `${model.labels.length} labels, ${model.examples} examples, ${dayOf.format(new Date(model.created))}`;
  return el("li", {},
    el("button", { type: "button", class: "model", "aria-expanded": String(model.name === opened), "aria-controls": "report", onclick: () => open(model.name) },
      el("span", { class: "model-name" }, model.name),
      el("span", { class: "model-figure" }, said),
      el("small", {}, about)));
}

// -- one model --------------------------------------------------------------------------------------------

async function open(name) {
  await guarded(async () => {
    const shown = await reportOf(name, () => remove(name));
    opened = name;
    $("report").replaceChildren(...shown);
    $("report").hidden = false;
    for (const button of document.querySelectorAll(".model")) {
      button.setAttribute("aria-expanded", String(button.querySelector(".model-name").textContent === name));
    }
    $("report").focus({ preventScroll: true });
    $("report").scrollIntoView({ block: "start" });
  });
}

function close() {
  opened = "";
  $("report").hidden = true;
  $("report").replaceChildren();
}

function remove(name) {
  const dialog = $("sure");
  $("sure-what").textContent = `${name} and its report will be gone, on every API at once.`;
  dialog.returnValue = "keep";
  dialog.addEventListener("close", () => dialog.returnValue === "delete" && guarded(() => drop(name)), { once: true });
  dialog.showModal();
}

async function drop(name) {
  await dropCustomModel(name);
  close();
  await look();
  $("main").focus();
}

// -- training ---------------------------------------------------------------------------------------------

function method() {
  const chosen = document.querySelector('input[name="method"]:checked').value;
  $("method-note").textContent = NOTES[chosen];
  $("chat-field").hidden = chosen === "head";
  $("chat").required = chosen === "few-shot";
  return chosen;
}

async function chats() {
  const found = (await models()).models.filter((model) => model.task === "chat" && !model.private);
  $("chat").replaceChildren(el("option", { value: "" }, "none"), ...found.map((model) => el("option", { value: model.name }, model.name)));
}

async function send(event) {
  event.preventDefault();
  $("refused").hidden = true;
  $("go").disabled = true;
  await guarded(async () => {
    const form = new FormData($("train"));
    if (method() === "head") form.set("chat", "");
    const job = await train(form);
    running.add(job.id);
    $("train").reset();
    method();
    await look();
    $("jobs").scrollIntoView({ block: "nearest" });
  }, "refused");
  $("go").disabled = false;
}

$("train").addEventListener("submit", send);
$("train").addEventListener("change", method);
method();
guarded(chats);
look();

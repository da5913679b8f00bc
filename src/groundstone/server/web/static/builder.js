// The page of the builder: a narrative becomes a model, the model its picture and its other forms.

import { ApiError, build, models } from "./api.js";
import { $, el } from "./dom.js";
import { picture, sentence } from "./picture.js";

let model = null; // the domain model that is shown
let asked = 0; // the last question to the server; answers to earlier ones are dropped

const chosen = () => document.querySelector('input[name="form"]:checked').value;

// Runs one step; what the server refuses is said in its words.
async function attempt(step, state = "") {
  const mine = ++asked;
  $("trouble").hidden = true;
  $("state").textContent = state;
  $("send").disabled = $("check").disabled = Boolean(state);
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof SyntaxError)) throw error;
    if (mine !== asked) return null;
    $("trouble").textContent = error.code === "unreachable" ? "The server cannot be reached. Your text is kept." : error.message;
    $("trouble").hidden = false;
    return null;
  } finally {
    if (mine === asked) {
      $("state").textContent = "";
      $("send").disabled = $("check").disabled = false;
    }
  }
}

async function draft() {
  const name = $("model").value;
  const state = name ? `${name} is reading …` : "Reading …";
  const made = await attempt(() => build("domain-model", { narrative: $("narrative").value, model: name }), state);
  if (!made) return;
  $("made").textContent = `made by ${made.made_by}`;
  await show(made.domain_model, made.notes);
  $("picture-title").focus({ preventScroll: true });
  $("picture-title").scrollIntoView({ block: "start" });
}

async function show(wanted, notes) {
  model = wanted;
  $("result").hidden = false;
  $("picture").replaceChildren(picture(model));
  $("picture").scrollLeft = ($("picture").scrollWidth - $("picture").clientWidth) / 2;
  $("sentences").replaceChildren(...sentences());
  $("notes").hidden = notes.length === 0;
  $("notes-title").textContent = notes.length === 1 ? "1 note" : `${notes.length} notes`;
  $("notes-list").replaceChildren(...notes.map((note) => el("li", {}, note)));
  $("json").value = JSON.stringify(model, null, 2);
  await showForm();
}

function sentences() {
  const values = model.enumerations.map((one) => el("li", {}, `${one.name}: ${one.values.join(", ")}`));
  return [...model.associations.map((link) => el("li", {}, sentence(link))), ...values];
}

async function showForm() {
  const form = chosen();
  $("editor").hidden = form !== "edit";
  $("code").hidden = $("sql-row").hidden = form === "edit";
  $("dialect").parentElement.hidden = form !== "sql";
  if (form === "edit" || !model) return;
  const body = { domain_model: model };
  const text = await attempt(async () => {
    if (form === "samples") return JSON.stringify((await build("samples", { ...body, count: 5 })).samples, null, 2);
    return (await build("render", { ...body, form, dialect: $("dialect").value })).text;
  });
  if (text !== null && form === chosen()) $("code").textContent = text.trimEnd();
}

// The model as it was edited: the server checks it by writing it as SQL.
async function check() {
  const edited = await attempt(async () => {
    const wanted = JSON.parse($("json").value);
    await build("render", { domain_model: wanted, form: "sql" });
    return { entities: [], associations: [], enumerations: [], ...wanted };
  }, "Checking …");
  if (!edited) return;
  const full = {
    ...edited,
    entities: edited.entities.map((one) => ({ attributes: [], ...one })),
    associations: edited.associations.map((one) => ({ kind: "one-to-many", required: false, ...one })),
  };
  $("made").textContent = "edited by hand";
  await show(full, []);
  $("picture-title").scrollIntoView({ block: "start" });
}

async function offer() {
  const listed = await attempt(() => models());
  const able = (listed?.models ?? []).filter((one) => one.task === "chat" && one.abilities.includes("schema"));
  $("model").append(...able.map((one) => el("option", { value: one.name }, one.title && one.title !== one.name ? `${one.title} (${one.name})` : one.name)));
  document.body.dataset.ready = "";
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  draft();
});
$("narrative").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("form").requestSubmit();
});
$("starts").addEventListener("click", (event) => {
  const start = event.target.closest(".start");
  if (!start) return;
  $("narrative").value = start.dataset.text;
  draft();
});
$("forms").addEventListener("change", showForm);
$("dialect").addEventListener("change", showForm);
$("check").addEventListener("click", check);
$("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText($("code").textContent);
  $("copy").textContent = "Copied";
  setTimeout(() => ($("copy").textContent = "Copy"), 1500);
});
offer();

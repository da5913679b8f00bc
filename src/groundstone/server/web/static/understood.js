// The line that says how a question was understood: chips that can be removed and changed.

import { $, el, icon, iconButton, placeBelow } from "./dom.js";

const popover = $("chip-popover");
const OPERATIONS = {
  number: { gt: "more than", ge: "at least", lt: "less than", le: "at most", eq: "exactly", ne: "not" },
  text: { eq: "is", ne: "is not", contains: "contains", starts_with: "begins with" },
  boolean: { eq: "is" },
};
OPERATIONS.integer = OPERATIONS.number;
OPERATIONS.date = { ge: "from", gt: "after", le: "until", lt: "before", eq: "on" };

let opener = null; // the chip whose editor is open

popover.addEventListener("toggle", (event) => {
  if (event.newState !== "closed" || document.activeElement !== document.body) return;
  if (opener?.isConnected) opener.focus({ preventScroll: true });
});

// ``ask(query)`` is called with the changed interpretation.
export function line(query, schema, ask) {
  const chips = query.chips.map((chip, index) => chipNode(query, chip, index, schema, ask));
  const notes = (query.notes ?? []).map((note) => el("p", { class: "notes" }, note));
  if (!chips.length && !notes.length) return null;
  const label = chips.length ? el("span", { class: "understood-label" }, "Understood as") : null;
  return el("div", { class: "understood", role: "group", "aria-label": "How this was understood" }, label, chips, notes);
}

function chipNode(query, chip, index, schema, ask) {
  const drop = () => ask(without(query, index));
  const edit = (event) => openEditor(event.currentTarget, query, index, schema, ask);
  const open = el(
    "button",
    { type: "button", class: "chip-open", "aria-haspopup": "dialog", title: chip.note || null, onclick: edit },
    chip.label,
  );
  const close = removable(query, chip)
    ? el("button", { type: "button", class: "chip-remove", "aria-label": `Remove: ${chip.label}`, onclick: drop }, icon("close"))
    : null;
  return el("span", { class: `chip${chip.note ? " noted" : ""}` }, open, close);
}

// What a fact is about, and the words of a free question, cannot be taken out of it.
function removable(query, chip) {
  if (chip.where || chip.sort || chip.kind === "limit") return true;
  return ["theme", "meaning"].includes(chip.kind) && query.kind === "list";
}

export function without(query, index) {
  const gone = query.chips[index];
  const changed = { ...query, offset: 0, chips: query.chips.filter((_, at) => at !== index) };
  if (gone.kind === "limit") changed.limit = null;
  if (!gone.where && ["theme", "meaning"].includes(gone.kind)) changed.theme = "";
  return changed;
}

function replaced(query, index, chip, more = {}) {
  return { ...query, offset: 0, ...more, chips: query.chips.map((old, at) => (at === index ? chip : old)) };
}

function openEditor(anchor, query, index, schema, ask) {
  const chip = query.chips[index];
  const again = (changed) => {
    popover.hidePopover();
    ask(changed);
  };
  const editor = editorOf(query, index, schema);
  const drop = removable(query, chip)
    ? el("button", { type: "button", class: "drop", onclick: () => again(without(query, index)) }, "Remove")
    : null;
  const apply = editor ? el("button", { class: "primary" }, "Ask again") : null;
  const form = el(
    "form",
    {},
    el("h2", {}, chip.label),
    chip.note ? el("p", { class: "note" }, chip.note) : null,
    editor?.nodes ?? (chip.note ? null : el("p", { class: "note" }, "Taken from the words of your question.")),
    drop || apply ? el("div", { class: "row" }, drop, apply) : null,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    again(editor.changed());
  });
  opener = anchor;
  popover.replaceChildren(form);
  popover.showPopover({ source: anchor });
  placeBelow(popover, anchor);
  form.querySelector("input, select, .switch, button")?.focus();
}

function editorOf(query, index, schema) {
  const chip = query.chips[index];
  if (chip.sort) return sortEditor(query, index, chip, schema);
  if (chip.where?.and) return rangeEditor(query, index, chip, schema);
  if (chip.where) return chip.where.field ? compareEditor(query, index, chip, schema) : null;
  if (chip.kind === "limit") return limitEditor(query, index, chip);
  if (chip.kind === "theme") return themeEditor(query, index, chip);
  return null;
}

function headingOf(schema, name) {
  return schema.fields.find((spec) => spec.name === name)?.label || name;
}

function compareEditor(query, index, chip, schema) {
  const { field, op, value } = chip.where;
  const spec = schema.fields.find((item) => item.name === field);
  if (!spec || op === "exists") return null;
  const several = Array.isArray(value);
  const choices = several ? { in: "is one of", not_in: "is none of" } : OPERATIONS[spec.type];
  const operation = el("select", {}, Object.entries(choices).map(([name, word]) => option(name, word, name === op)));
  const input = valueInput(spec, several ? value.join(", ") : value);
  const heading = headingOf(schema, field);
  return {
    nodes: el("div", { class: "pair" }, labelled(heading, operation), labelled(spec.unit ? `Value (${spec.unit})` : "Value", input)),
    changed() {
      const typed = several ? input.value.split(",").map((item) => typedAs(spec, item.trim())) : typedAs(spec, input.value);
      const where = { field, op: operation.value, value: typed };
      const label = `${heading} ${choices[operation.value]} ${input.value}${spec.unit ? ` ${spec.unit}` : ""}`;
      return replaced(query, index, { ...chip, label, where, note: "" });
    },
  };
}

// Two ends of one field, as of "1980 to 1989". Null when the filter is anything else.
function rangeEditor(query, index, chip, schema) {
  const from = chip.where.and.find((part) => ["ge", "gt"].includes(part.op));
  const to = chip.where.and.find((part) => ["le", "lt"].includes(part.op));
  const spec = schema.fields.find((item) => item.name === from?.field);
  if (!spec || to?.field !== spec.name || chip.where.and.length !== 2) return null;
  const words = OPERATIONS[spec.type];
  const ends = [from, to].map((part) => ({ part, word: words[part.op], input: valueInput(spec, part.value) }));
  const values = () => ends.map(({ input }) => typedAs(spec, input.value));
  const check = () => {
    const [low, high] = values();
    ends[1].input.setCustomValidity(low > high ? "This end lies before the other one." : "");
  };
  const unit = spec.unit ? ` (${spec.unit})` : "";
  const fields = ends.map(({ word, input }) => labelled(`${word.charAt(0).toUpperCase()}${word.slice(1)}${unit}`, input));
  for (const { input } of ends) input.addEventListener("input", check);
  return {
    nodes: el("div", { class: "pair even" }, fields),
    changed() {
      const typed = values();
      const where = { and: ends.map(({ part }, at) => ({ ...part, value: typed[at] })) };
      const said = from.op === "ge" && to.op === "le" ? typed.join(" to ") : ends.map(({ word }, at) => `${word} ${typed[at]}`).join(", ");
      const label = `${headingOf(schema, spec.name)} ${said}${spec.unit ? ` ${spec.unit}` : ""}`;
      return replaced(query, index, { ...chip, label, where, note: "" });
    },
  };
}

function valueInput(spec, value) {
  if (spec.type === "boolean") {
    return el("select", {}, option("true", "yes", value === true), option("false", "no", value === false));
  }
  const numeric = ["integer", "number"].includes(spec.type) && typeof value === "number";
  const type = numeric ? "number" : spec.type === "date" ? "date" : "text";
  return el("input", { type, value: String(value), required: true, step: numeric ? "any" : null, maxlength: 200 });
}

function typedAs(spec, text) {
  if (spec.type === "boolean") return text === "true";
  return ["integer", "number"].includes(spec.type) ? Number(text) : text;
}

function sortEditor(query, index, chip, schema) {
  const heading = headingOf(schema, chip.sort.field);
  let descending = chip.sort.descending;
  const word = () => (descending ? "Highest or latest first" : "Lowest or earliest first");
  const text = el("span", {}, word());
  const onclick = () => {
    descending = !descending;
    text.textContent = word();
  };
  const toggle = el("button", { type: "button", class: "switch", onclick, "aria-live": "polite" }, icon("swap"), text);
  return {
    nodes: toggle,
    changed() {
      const label = `${heading}, ${descending ? "highest" : "lowest"} first`;
      return replaced(query, index, { ...chip, label, note: "", sort: { field: chip.sort.field, descending } });
    },
  };
}

function limitEditor(query, index, chip) {
  const input = el("input", { type: "number", min: 1, max: 100, required: true, value: query.limit ?? 10 });
  return {
    nodes: labelled("How many", input),
    changed: () => replaced(query, index, { ...chip, label: `At most ${input.value}` }, { limit: Number(input.value) }),
  };
}

function themeEditor(query, index, chip) {
  const input = el("input", { type: "text", required: true, maxlength: 200, value: query.theme || chip.label });
  return {
    nodes: labelled("About", input),
    changed: () => replaced(query, index, { ...chip, label: input.value, note: "" }, { theme: input.value }),
  };
}

const labelled = (text, control) => el("label", {}, text, control);
const option = (value, text, selected) => el("option", { value, selected }, text);

// What a page holds beside its answers: its text, its labels with values, its tables. Pointing at it lights its place.

import { $, el } from "./dom.js";

const placed = (item, act) => ({
  tabindex: "0",
  onpointerenter: () => act.light([item]),
  onpointerleave: () => act.light([]),
  onfocus: () => act.light([item]),
  onclick: () => act.go(item),
});

function blank(words) {
  return el("p", { class: "aside blank-tab" }, words);
}

// ``act``: light(places), go(place), say(words).
export function fillText(page, act) {
  const lines = page.lines.map((line) => el("p", placed({ page: page.number, polygon: line.polygon }, act), line.text));
  const copy = el("button", { type: "button", class: "quiet", onclick: () => copied(page.text, act) }, "Copy");
  const source = page.source === "text" ? "Text that the file itself holds" : "Recognised from the picture";
  const turned = page.rotation > 1 && page.rotation < 359 ? `, turned by ${Math.round(page.rotation)}°` : "";
  $("tab-text").replaceChildren(...(lines.length
    ? [el("div", { class: "draft-row" }, el("p", { class: "aside" }, `${source}${turned}.`), copy), el("div", { class: "page-text" }, lines)]
    : [blank("No text was found on this page.")]));
}

async function copied(text, act) {
  await navigator.clipboard.writeText(text);
  act.say("Copied.");
}

export function fillForms({ pairs }, act) {
  const value = (pair) => {
    if (pair.checked !== null) return pair.checked ? "☑ ticked" : "☐ not ticked";
    return pair.value ? pair.value.text : "—";
  };
  const rows = pairs.map((pair) => el("div", { ...placed(pair.value ?? pair.key, act), class: "pair" }, el("dt", {}, pair.key.text), el("dd", {}, value(pair))));
  $("tab-forms").replaceChildren(rows.length ? el("dl", { class: "pairs" }, rows) : blank("No labels with values were found on this page."));
}

export function fillTables({ tables }, act) {
  $("tab-tables").replaceChildren(...(tables.length ? tables.map((table) => drawn(table, act)) : [blank("No tables were found on this page.")]));
}

function drawn(table, act) {
  const rows = Array.from({ length: table.rows }, () => el("tr"));
  for (const cell of table.cells) {
    const spans = { rowspan: cell.rows > 1 ? cell.rows : null, colspan: cell.columns > 1 ? cell.columns : null };
    rows[cell.row - 1].append(el(cell.is_header ? "th" : "td", { ...spans, onpointerenter: () => act.light([cell]), onpointerleave: () => act.light([]) }, cell.text));
  }
  return el("div", { class: "table-room", tabindex: "0", role: "group", "aria-label": table.title || "Table" },
    el("table", { class: "cells" }, table.title ? el("caption", {}, table.title) : null, el("tbody", {}, rows)));
}

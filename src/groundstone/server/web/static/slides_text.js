// The text of a slide as elements: lists as lists, tables and charts as tables. For those who cannot see its picture.

import { el } from "./dom.js";

const NAMES = { notes: "Notes", footer: "Foot of the slide", diagram: "Diagram", picture: "Picture" };

// The nodes of a slide as the API gives it.
export function slideText(slide) {
  const problems = slide.problems.map((words) => el("p", { class: "mind" }, words));
  const parts = slide.elements.map(part).filter(Boolean);
  const nothing = parts.length ? [] : [el("p", { class: "aside" }, "No text was found on this slide.")];
  return [...problems, ...parts, ...nothing];
}

function part(element) {
  const body = [paragraphs(element), element.grid && table(element), element.chart && chart(element.chart)];
  const alt = element.alt && element.alt !== element.text ? el("p", { class: "aside" }, element.alt) : null;
  const shown = [...body, alt].filter(Boolean);
  if (!shown.length) return null;
  const name = NAMES[element.kind];
  const read = element.source === "ocr" ? "recognised in a picture" : element.source === "described" ? "described by a model" : "";
  const label = [name, read].filter(Boolean).join(", ");
  return el("div", { class: `slide-part slide-part-${element.kind}` }, label ? el("p", { class: "slide-part-name" }, label) : null, shown);
}

function paragraphs({ kind, paragraphs: lines, grid, chart: drawn }) {
  if (!lines.length || grid || drawn) return null;
  if (kind === "title") return el("h3", {}, lines.map((line) => line.text).join(" "));
  if (!lines.some((line) => line.bullet || line.level)) return lines.map((line) => el("p", {}, line.text));
  return el("ul", {}, lines.map((line) => el("li", { class: `level-${Math.min(line.level, 5)}` }, line.text)));
}

function table({ grid, name }) {
  const cell = (words, row, column) => (row < grid.header_rows ? el("th", { scope: "col" }, words)
    : column < grid.header_columns ? el("th", { scope: "row" }, words) : el("td", {}, words));
  return drawn(name || "Table", "", grid.rows.map((words, row) => el("tr", {}, words.map((word, column) => cell(word, row, column)))));
}

function chart({ title, kind, categories, series, category_axis: across, value_axis: up }) {
  const head = el("tr", {}, el("th", { scope: "col" }, across), series.map((one) => el("th", { scope: "col" }, one.name)));
  const value = (one, at) => el("td", {}, one.values[at] === null || one.values[at] === undefined ? "" : String(one.values[at]));
  const rows = categories.map((name, at) => el("tr", {}, el("th", { scope: "row" }, name), series.map((one) => value(one, at))));
  return drawn(title || "Chart", [title, `${kind} chart`, up].filter(Boolean).join(" · "), [head, ...rows]);
}

function drawn(label, caption, rows) {
  return el("div", { class: "table-room", tabindex: "0", role: "group", "aria-label": label },
    el("table", { class: "cells" }, caption ? el("caption", {}, caption) : null, el("tbody", {}, rows)));
}

// The evidence: the quotes an answer rests on, and the document of each with its words lit.

import * as api from "./api.js";
import { $, el, icon, iconButton } from "./dom.js";
import { Panel, wide } from "./sheets.js";
import { shown } from "./values.js";

const body = $("evidence-body");
const opener = $("open-evidence");
const panel = new Panel($("evidence"), $("evidence-sheet"), body, opener);
const documents = new Map();
let kb = "";
let schema = { fields: [] };
let turn = null; // whose evidence is shown
let returnTo = null;
let dismissed = false; // the reader closed the column: it opens on request only
let wanted = 0; // number of the newest request for a document; an older answer that comes late is dropped

export function setUp(name, described) {
  kb = name;
  schema = described;
  opener.addEventListener("click", () => {
    dismissed = panel.opened;
    if (panel.opened) panel.close();
    else openList(turn);
  });
  body.addEventListener("keydown", (event) => event.key === "Escape" && wide.matches && leave(event));
}

export function clear() {
  turn = null;
  opener.hidden = true;
  panel.close();
}

// The column opens with the question, not with the answer: nothing moves under the reader's eyes later.
export function say(text) {
  turn = null;
  wanted += 1;
  opener.hidden = true;
  if (wide.matches && !dismissed) panel.open();
  if (!panel.opened) return;
  head("Evidence", false);
  body.append(el("p", { class: "waiting" }, text));
}

// Makes a turn the one whose evidence is at hand; on a wide window its sources come to stand beside it.
export function offer(view) {
  turn = view;
  const count = view.answer.citations.length;
  opener.hidden = count === 0;
  $("evidence-count").textContent = count;
  opener.setAttribute("aria-label", `Evidence: ${count} ${count === 1 ? "source" : "sources"}`);
  if (!count) say("No document is quoted in this answer.");
  if (!count || !wide.matches || dismissed) return;
  list();
  panel.open();
}

export function light(view, index, on) {
  if (view === turn) body.querySelector(`.source[data-index="${index}"]`)?.classList.toggle("lit", on);
}

// Opens the document of a citation. ``from`` is the control that asked; the focus goes back to it.
export async function open(view, index, from, byKey) {
  const cited = view.answer.citations[index];
  await show(view, cited.document_id, cited, from, byKey);
}

export async function openDocument(view, id, from, byKey) {
  await show(view, id, view.answer.citations.find((item) => item.document_id === id) ?? null, from, byKey);
}

export function openList(view) {
  turn = view;
  dismissed = false;
  list();
  panel.open();
}

async function show(view, id, cited, from, byKey) {
  turn = view;
  returnTo = from;
  const ticket = ++wanted;
  head("Document", true);
  body.append(el("p", { class: "waiting", role: "status" }, "Opening …"));
  panel.open();
  try {
    const found = documents.get(id) ?? (await api.documentOf(kb, id));
    documents.set(id, found);
    if (ticket === wanted) page(found, cited, byKey);
  } catch (error) {
    if (ticket === wanted) body.lastChild.replaceWith(el("p", { class: "waiting", role: "alert" }, error.message));
  }
}

function leave(event) {
  event.preventDefault();
  event.stopPropagation();
  const back = returnTo;
  if (turn) list();
  (back?.isConnected ? back : $("question")).focus();
}

function head(title, back) {
  const close = iconButton("close", "Close the evidence", dismiss, { class: "tool" });
  const count = turn?.answer.citations.length ?? 0;
  const label = count === 1 ? "1 source" : `${count} sources`;
  const first = back && count ? el("button", { type: "button", class: "back", onclick: list }, icon("back"), label) : null;
  const heading = first ? el("span", { class: "spring" }) : el("h2", { tabindex: "-1" }, title);
  body.replaceChildren(el("header", { class: `evidence-head${first ? " has-back" : ""}` }, first, heading, close));
  body.scrollTop = 0;
}

function dismiss() {
  dismissed = wide.matches;
  panel.close();
  if (returnTo?.isConnected) returnTo.focus();
}

function list() {
  wanted += 1;
  head("What this answer rests on", false);
  const groups = [];
  turn.answer.citations.forEach((cited, index) => {
    const same = groups.at(-1)?.id === cited.document_id;
    if (!same) groups.push({ id: cited.document_id, title: cited.title, rows: [] });
    groups.at(-1).rows.push(source(cited, index));
  });
  const items = groups.map(({ title, rows }) => el("li", {}, el("p", { class: "source-title" }, title), rows));
  body.append(el("ul", { class: "sources" }, items));
}

function source(cited, index) {
  const view = turn;
  const lit = (on) => () => view.light(index, on);
  const attributes = { type: "button", class: "source", "data-index": index, onclick: onopen };
  attributes.onmouseenter = attributes.onfocus = lit(true);
  attributes.onmouseleave = attributes.onblur = lit(false);
  function onopen(event) {
    const mark = view.mark(index);
    open(view, index, mark ?? event.currentTarget, event.detail === 0);
  }
  const field = schema.fields.find((item) => item.name === cited.field && item.name !== schema.body_field);
  const place = field ? field.label || field.name : pageName(cited.page_noun, cited.page);
  return el(
    "button",
    attributes,
    el("span", { class: "source-number" }, String(index + 1)),
    el("span", { class: "source-quote" }, place ? el("span", { class: "source-place" }, `${place} `) : null, el("q", {}, cited.quote)),
  );
}

function page(found, cited, byKey) {
  body.lastChild.remove();
  const text = Array.from(found.text); // offsets count code points, JavaScript's own indexes do not
  const ranges = turn.answer.citations.filter((item) => item.document_id === found.id);
  const cut = (start, end) => marked(text, start, end, ranges, cited);
  const titled = found.parts.find((part) => part.field && part.field === schema.title_field);
  const article = el(
    "article",
    { class: "document" },
    el("h2", {}, titled ? cut(titled.start, titled.end) : found.title),
    el("p", { class: "document-source" }, [found.source, mediaName(found)].filter(Boolean).join(" · ")),
    fields(found, cut),
    prose(found, text, cut, cited),
  );
  body.append(article);
  const lit = article.querySelector("mark.lit") ?? article.querySelector("mark");
  lit?.scrollIntoView({ block: "center" });
  if (byKey && wide.matches) body.querySelector(".back, h2").focus();
}

function mediaName(found) {
  return found.media_type === "text/plain" ? "" : found.media_type;
}

// The fields in the order of the schema: those in the text with their marks, then the rest from their values.
function fields(found, cut) {
  const roles = [schema.title_field, schema.body_field, schema.id_field];
  const rows = schema.fields.filter((spec) => !roles.includes(spec.name)).flatMap((spec) => {
    const part = found.parts.find((item) => item.field === spec.name);
    const value = part ? cut(part.start, part.end) : shown(found.fields[spec.name], spec);
    const same = found.fields[spec.name] === found.title; // an original title that says nothing new
    if (same || value === null || value.length === 0) return [];
    const note = spec.note ? el("span", { class: "aside" }, spec.note) : null;
    return [el("dt", {}, spec.label || spec.name), el("dd", {}, value, note)];
  });
  return rows.length ? el("dl", { class: "fields" }, rows) : null;
}

// Everything that is not laid out as a field: the body, pages, and text that belongs to no part.
function prose(found, text, cut, cited) {
  const blocks = [];
  let at = 0;
  const add = (tag, name, from, to) => {
    while (from < to && !text[from].trim()) from += 1;
    while (to > from && !text[to - 1].trim()) to -= 1;
    if (from < to) blocks.push(el(tag, { class: name }, cut(from, to)));
  };
  const gap = (end) => {
    const label = /^\s*[^\n]{1,80}: $/; // what stands before a field that is laid out above
    if (!label.test(text.slice(at, end).join(""))) add("div", "prose", at, end);
  };
  for (const part of found.parts) {
    gap(part.start);
    at = Math.max(at, part.end);
    if (part.field && part.field !== schema.body_field) continue;
    if (part.page) blocks.push(el("p", { class: "page-mark" }, pageName(found.page_noun, part.page)), shot(found, part, cited));
    const body = part.start + headingLength(part, text);
    if (text.slice(part.start, body).join("") !== found.title) add("h3", "section", part.start, body);
    add("div", "prose", body, part.end);
  }
  gap(text.length);
  return blocks;
}

// A section's label ends in its heading ("Book > Chapter"); usually its text begins with the same words.
function headingLength(part, text) {
  const heading = part.field ? "" : Array.from(part.label?.split(" > ").at(-1) ?? "");
  const begins = heading.length && text.slice(part.start, part.start + heading.length).join("") === heading.join("");
  return begins ? heading.length : 0;
}

// The picture of a page that this answer quotes, with the places of its words; nothing where it cannot be drawn.
function shot(found, part, cited) {
  const own = turn.answer.citations.filter((item) => item.document_id === found.id);
  const here = own.flatMap((item) => (item.boxes ?? []).filter((box) => box.page === part.page).map((box) => region(box, item === cited)));
  if (!here.length) return null;
  const name = pageName(found.page_noun, part.page);
  const picture = el("img", { src: api.documentPage(kb, found.id, part.page, 1000), alt: `${name} of ${found.title}`, loading: "lazy" });
  const figure = el("figure", { class: "page-shot" }, picture, here);
  picture.addEventListener("error", () => figure.remove());
  return figure;
}

function region(box, lit) {
  const node = el("span", { class: lit ? "page-region lit" : "page-region", "aria-hidden": "true" });
  for (const side of ["left", "top", "width", "height"]) node.style[side] = `${100 * box[side]}%`;
  return node;
}

// "Page 3", "Slide 7"; nothing without a number. Answers that were kept before there were slides have no noun.
function pageName(noun = "page", number) {
  return number ? `${noun[0].toUpperCase()}${noun.slice(1)} ${number}` : null;
}

// The characters from start to end as text nodes and marks.
function marked(text, start, end, ranges, cited) {
  const cuts = new Set([start, end]);
  for (const range of ranges) {
    for (const offset of [range.start, range.end]) if (offset > start && offset < end) cuts.add(offset);
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((from, i) => {
    const piece = text.slice(from, edges[i + 1]).join("");
    const over = ranges.filter((range) => range.start <= from && range.end >= edges[i + 1]);
    if (!over.length) return document.createTextNode(piece);
    return el("mark", { class: over.includes(cited) ? "lit" : null }, piece);
  });
}

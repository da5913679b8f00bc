// Draws a domain model as SVG: a box for each entity, lines with a bar at the one and a crow's foot at the many.

import { layout } from "./entities.js";

const SVG = "http://www.w3.org/2000/svg";
const ROW = 20;
const HEAD = 30;
const PAD = 12;
const MOST = 14; // attributes in a box
const MARGIN = 14;
const font = (kind) => getComputedStyle(document.documentElement).getPropertyValue(`--${kind}`).trim();

function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// The picture of a model as the API gives it.
export function picture(model) {
  const pen = document.createElement("canvas").getContext("2d");
  const boxes = model.entities.map((entity) => measured(entity, pen));
  const found = layout(boxes, model.associations);
  const size = [found.width + 2 * MARGIN, found.height + 2 * MARGIN];
  const said = `${model.entities.length} entities and ${model.associations.length} associations; the words below say the same`;
  const svg = shape("svg", { viewBox: `${-MARGIN} ${-MARGIN} ${size.join(" ")}`, width: size[0], height: size[1], role: "img", "aria-label": said, class: "er" });
  for (const line of found.lines) svg.append(drawnLine(line));
  for (const box of boxes) svg.append(drawnBox(box, found.boxes.get(box.name)));
  return svg;
}

function measured(entity, pen) {
  const shown = entity.attributes.slice(0, MOST).map((one) => ({
    name: one.name + (one.unique ? " ·" : ""),
    kind: one.type === "enumeration" ? one.enumeration : one.type,
    title: `${one.name}: ${one.type === "enumeration" ? one.enumeration : one.type}${one.required ? ", required" : ""}${one.unique ? ", unique" : ""}`,
    required: one.required,
  }));
  if (entity.attributes.length > MOST) shown.push({ name: `and ${entity.attributes.length - MOST} more`, kind: "", title: "" });
  pen.font = `600 14px ${font("sans")}`;
  const title = pen.measureText(entity.name).width;
  pen.font = `13px ${font("sans")}`;
  const rows = shown.map((row) => pen.measureText(row.name).width * 1.06 + pen.measureText(row.kind).width + 20);
  const width = Math.ceil(Math.max(title, ...rows, 90) + 2 * PAD);
  return { name: entity.name, rows: shown, width, height: HEAD + shown.length * ROW + (shown.length ? 8 : 0) };
}

function drawnBox(box, at) {
  const group = shape("g", { class: "er-box", transform: `translate(${at.x} ${at.y})` });
  group.append(shape("rect", { width: box.width, height: box.height, rx: 8 }));
  group.append(shape("text", { x: PAD, y: 20, class: "er-name" }, box.name));
  if (box.rows.length) group.append(shape("path", { d: `M0 ${HEAD}H${box.width}`, class: "er-rule" }));
  box.rows.forEach((row, number) => {
    const y = HEAD + number * ROW + 18;
    const name = shape("text", { x: PAD, y, class: row.required ? "er-needed" : "" }, row.name);
    if (row.title) name.append(shape("title", {}, row.title));
    group.append(name, shape("text", { x: box.width - PAD, y, class: "er-kind", "text-anchor": "end" }, row.kind));
  });
  return group;
}

function drawnLine({ link, points, flipped, sideways }) {
  const many = { source: link.kind === "many-to-many", target: link.kind !== "one-to-one" };
  const [first, last] = flipped ? ["target", "source"] : ["source", "target"];
  const group = shape("g", { class: "er-line" });
  group.append(shape("title", {}, sentence(link)));
  group.append(shape("path", { d: rounded(points) }));
  const ways = sideways ? [[1, 0], [1, 0]] : [[0, 1], [0, -1]];
  group.append(shape("path", { d: foot(points[0], ways[0], many[first]) }));
  group.append(shape("path", { d: foot(points.at(-1), ways[1], many[last]) }));
  return group;
}

// A crow's foot spreads towards the box; a bar crosses the line.
function foot([x, y], [right, down], many) {
  const [ax, ay] = [x + right * 11, y + down * 11];
  if (!many) return `M${ax - down * 5} ${ay - right * 5}L${ax + down * 5} ${ay + right * 5}`;
  return `M${x - down * 6} ${y - right * 6}L${ax} ${ay}L${x + down * 6} ${y + right * 6}`;
}

function rounded(points) {
  return points.map(([x, y], at) => `${at ? "L" : "M"}${x} ${y}`).join("");
}

// "One Customer has many Order (place)."
export function sentence(link) {
  const count = { "one-to-one": ["One", "one"], "one-to-many": ["One", "many"], "many-to-many": ["Many", "many"] }[link.kind];
  const verb = link.name.replace(/([A-Z])/g, " $1").toLowerCase();
  return `${count[0]} ${link.source} – ${count[1]} ${link.target} (${verb}${link.required ? ", required" : ""})`;
}

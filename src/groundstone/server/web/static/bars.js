// A bar chart as SVG: one bar for each day, the numbers also as a table for those who read rather than look.

import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 100;
const HIGH = 100;

function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// rows: [{ name: "2026-02-28", value }], in order. words says a value with its unit.
export function bars(rows, words) {
  const most = Math.max(...rows.map((row) => row.value), 0);
  const step = WIDE / rows.length;
  const peak = rows.find((row) => row.value === most);
  const said = most ? `${rows.length} days, at most ${words(most)}, on ${dayName(peak.name)}` : "nothing";
  const svg = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": said });
  rows.forEach((row, at) => {
    const height = most ? Math.max(row.value ? 1.5 : 0, (row.value / most) * HIGH) : 0;
    const place = { x: at * step + step * 0.12, width: step * 0.76 };
    const tip = shape("title", {}, `${dayName(row.name)}: ${words(row.value)}`);
    // A bar of full height catches the pointer also above a small one.
    const hit = shape("rect", { x: at * step, width: step, y: 0, height: HIGH, class: "hit" });
    svg.append(shape("g", {}, tip, hit, shape("rect", { ...place, y: HIGH - height, height, class: "bar-day" })));
  });
  return el("figure", { class: "days" },
    el("p", { class: "days-most", "aria-hidden": "true" }, most ? words(most) : ""),
    svg,
    el("figcaption", {}, el("span", {}, dayName(rows[0].name)), rows.length > 1 && el("span", {}, dayName(rows.at(-1).name))),
    el("details", {}, el("summary", {}, "As numbers"), numbers(rows, words)));
}

function numbers(rows, words) {
  const lines = rows.filter((row) => row.value).reverse();
  const cells = lines.map((row) => el("tr", {}, el("th", { scope: "row" }, dayName(row.name)), el("td", { class: "figure" }, words(row.value))));
  return el("table", { class: "ledger" }, el("tbody", {}, cells));
}

function dayName(name) {
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(name));
}

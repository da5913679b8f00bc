// Curves as SVG, drawn to the width that there is. Every series has its own colour, dash and mark, so that it can be told
// apart without colours; the numbers stand in a table beside it.

import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 58;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 42;
const MARKS = [
  (x, y) => shape("circle", { cx: x, cy: y, r: 4 }),
  (x, y) => shape("rect", { x: x - 3.6, y: y - 3.6, width: 7.2, height: 7.2 }),
  (x, y) => shape("path", { d: `M${x} ${y - 5}l4.8 8.4h-9.6z` }),
  (x, y) => shape("path", { d: `M${x} ${y - 5.2}l5.2 5.2l-5.2 5.2l-5.2 -5.2z` }),
];

function shape(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100_000) return new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value);
}

// Round steps from 0 to at least `top`, six at most.
function steps(top) {
  if (!(top > 0)) return [0, 1];
  const size = 10 ** Math.floor(Math.log10(top));
  const step = [0.2, 0.5, 1, 2, 5].map((factor) => factor * size).find((each) => top / each <= 6);
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

// A drawing that is made again when its room changes.
// series: [{ name, points: [{ x, y, tip }], predicted, tone (0 to 3), plain (no marks) }]; `doubling`: distances across
// are doublings; `knee`: { x, y?, words } is marked; `line`: a horizontal { y, words }.
export function plot({ title, across, up, series, doubling = false, knee = null, high = 300 }) {
  const room = el("div", { class: "plot-room" });
  const shown = series.filter((one) => one.points.length);
  const figure = el("figure", { class: "plot-figure" }, el("figcaption", {}, el("b", {}, title), key(shown)), room);
  let width = 0;
  const draw = () => {
    const now = Math.round(room.clientWidth);
    if (!now || now === width) return;
    width = now;
    room.replaceChildren(drawn({ title, across, up, series: shown, doubling, knee, width, high }));
  };
  new ResizeObserver(draw).observe(room);
  queueMicrotask(draw);
  return figure;
}

function key(series) {
  if (series.length < 2) return null;
  return el("span", { class: "plot-key" }, series.map((one) => {
    const swatch = shape("svg", { viewBox: "0 0 26 12", class: `swatch ${tone(one)}`, "aria-hidden": "true" },
      shape("path", { d: "M1 6h24", class: "curve" }), one.predicted || one.plain ? null : mark(one, 13, 6));
    return el("span", {}, swatch, one.name);
  }));
}

const tone = (one) => `tone-${one.tone ?? 0}${one.predicted ? " predicted" : ""}`;
const mark = (one, x, y) => { const node = MARKS[(one.tone ?? 0) % MARKS.length](x, y); node.setAttribute("class", "mark"); return node; };

function drawn({ title, across, up, series, doubling, knee, width, high }) {
  const xs = series.flatMap((one) => one.points.map((point) => point.x));
  const ys = series.flatMap((one) => one.points.map((point) => point.y));
  const upward = steps(Math.max(...ys, 0));
  const top = upward.at(-1);
  const acrossSteps = doubling ? [...new Set(xs)].sort((a, b) => a - b) : steps(Math.max(...xs, 0));
  const [least, most] = doubling ? [Math.min(...xs), Math.max(...xs)] : [0, acrossSteps.at(-1)];
  const share = (x) => (most <= least ? 0.5 : doubling ? Math.log(x / least) / Math.log(most / least) : (x - least) / (most - least));
  const px = (x) => LEFT + share(x) * (width - LEFT - RIGHT);
  const py = (y) => high - BOTTOM - (y / top) * (high - BOTTOM - TOP);
  const said = `${title}: ${up} by ${across}. ${series.map((one) => `${one.name}: ${one.points.slice(0, 40).map((point) => `${short(point.x)}, ${short(point.y)}`).join("; ")}`).join(". ")}`;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${high}`, width, height: high, role: "img", "aria-label": said, class: "plot" });
  for (const y of upward) {
    svg.append(shape("line", { x1: LEFT, x2: width - RIGHT, y1: py(y), y2: py(y), class: y ? "grid" : "axis" }), text(short(y), LEFT - 7, py(y) + 4, "end"));
  }
  let last = -Infinity;
  for (const x of acrossSteps) {
    if (px(x) - last < 34) continue; // labels do not touch
    last = px(x);
    svg.append(text(short(x), Math.min(px(x), width - RIGHT - 4), high - BOTTOM + 17, "middle"));
  }
  svg.append(text(across, LEFT + (width - LEFT - RIGHT) / 2, high - 7, "middle", "plot-name"));
  const side = text(up, 0, 0, "middle", "plot-name");
  side.setAttribute("transform", `translate(13 ${(high - BOTTOM + TOP) / 2}) rotate(-90)`);
  svg.append(side);
  for (const one of [...series].sort((a, b) => Boolean(b.predicted) - Boolean(a.predicted))) svg.append(curve(one, px, py));
  if (knee && knee.x >= least && knee.x <= most) svg.append(kneeMark(knee, px, py, width, high));
  return svg;
}

function kneeMark(knee, px, py, width, high) {
  const x = px(knee.x);
  const left = x > width - 90;
  return shape("g", { class: "knee" },
    shape("line", { x1: x, x2: x, y1: TOP, y2: high - BOTTOM }),
    knee.y === undefined ? null : shape("circle", { cx: x, cy: py(knee.y), r: 8 }),
    text(knee.words, x + (left ? -6 : 6), TOP + 9, left ? "end" : "start"));
}

function curve(one, px, py) {
  const group = shape("g", { class: tone(one) });
  const path = one.points.map((point, at) => `${at ? "L" : "M"}${px(point.x).toFixed(1)} ${py(point.y).toFixed(1)}`).join("");
  group.append(shape("path", { d: path, class: "curve" }));
  if (one.predicted || one.plain) return group;
  for (const point of one.points) {
    const dot = mark(one, px(point.x), py(point.y));
    dot.append(shape("title", {}, point.tip ?? `${short(point.x)}, ${short(point.y)}`));
    group.append(dot);
    if (point.label) group.append(text(point.label, px(point.x) + 7, py(point.y) - 7, "start", "point-name"));
  }
  return group;
}

function text(words, x, y, anchor, kind = "tick-name") {
  return shape("text", { x, y, "text-anchor": anchor, class: kind }, document.createTextNode(words));
}

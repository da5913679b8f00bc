// Tables of load runs: figures by requests at once as articles on serving print them, and every level in full.

import { el } from "./dom.js";
import { short } from "./plot.js";

export const ms = (value) => (value === null || value === undefined ? "–" : short(value));

// rows: [{ name, cells: [text], kind }] below a line of heads; it scrolls sideways where there is no room.
export function grid(label, heads, rows) {
  const head = el("tr", {}, heads.map((words, at) => el("th", { scope: "col", class: at ? "figure" : null }, words)));
  const body = rows.map((row) => el("tr", { class: row.kind }, el("th", { scope: "row" }, row.name), row.cells.map((cell) => el("td", { class: "figure" }, cell))));
  return el("div", { class: "table-room", tabindex: "0", role: "region", "aria-label": label }, el("table", { class: "ledger gauge-table" }, el("thead", {}, head), el("tbody", {}, body)));
}

// Throughput and latency by requests at once, measured and predicted, the knee marked.
export function byConcurrency({ levels, predicted, probed, knee }) {
  const found = levels.filter((level) => level.concurrency && level.good);
  if (!found.length) return null;
  const [foretold, closer] = [predicted, probed].map((curve) => new Map(curve.map((point) => [point.concurrency, point])));
  const cells = (of) => found.map((level) => ms(of(level)));
  const heads = ["Requests at once", ...found.map((level) => `${level.concurrency}${level.concurrency === knee ? " (knee)" : ""}`)];
  const rows = [
    { name: "Throughput, tokens/s", cells: cells((level) => level.tokens_per_second) },
    { name: "Latency, ms/token", cells: cells((level) => level.milliseconds_per_token) },
    { name: "First token, ms", cells: cells((level) => level.first_token.p50?.value) },
  ];
  if (foretold.size) {
    rows.push({ name: "Predicted, tokens/s", kind: "foretold", cells: cells((level) => foretold.get(level.concurrency)?.tokens_per_second) });
    rows.push({ name: "Predicted, ms/token", kind: "foretold", cells: cells((level) => foretold.get(level.concurrency)?.milliseconds_per_token) });
  }
  if (closer.size) rows.push({ name: "From one client, tokens/s", kind: "foretold", cells: cells((level) => closer.get(level.concurrency)?.tokens_per_second) });
  if (found.some((level) => level.cost !== null)) rows.push({ name: "Cost of a million tokens", cells: found.map((level) => (level.cost === null ? "–" : level.cost.toFixed(2))) });
  return grid("Throughput and latency by requests at once", heads, rows);
}

export function levelsTable({ levels }) {
  const heads = ["Level", "Requests", "Failed", "Tokens/s", "Requests/s", "Goodput/s", "First token p50", "p90", "p99", "Between tokens p50", "p99", "Whole reply p50", "p99", "Client late", "Client CPU"];
  const rows = levels.map((level) => ({
    name: level.name,
    kind: level.problem ? "invalid" : null,
    cells: [
      short(level.requests), failed(level), short(level.tokens_per_second), short(level.requests_per_second), short(level.goodput),
      ...["p50", "p90", "p99"].map((rank) => spread(level.first_token[rank])),
      ...["p50", "p99"].map((rank) => spread(level.between_tokens[rank])),
      ...["p50", "p99"].map((rank) => spread(level.end_to_end[rank])),
      `${short(1000 * (level.health.lag ?? 0))} ms`, `${Math.round(100 * (level.health.processor ?? 0))} %`,
    ],
  }));
  return [grid("Every level; times in milliseconds", heads, rows), el("p", { class: "aside" }, "Times in milliseconds; point at one for its interval of 95 %. Failed requests enter no time.")];
}

function failed(level) {
  const kinds = Object.entries(level.problems).map(([kind, count]) => `${count} ${kind}`);
  return kinds.length ? kinds.join(", ") : "–";
}

function spread(one) {
  if (!one) return "–";
  return el("span", { title: `between ${short(one.low)} and ${short(one.high)} ms` }, short(one.value));
}

// Figures of several runs with their ratios to the first.
export function ratioRows(measures) {
  return measures.map((one) => ({ name: one.unit ? `${one.name}, ${one.unit}` : one.name, cells: one.values.map((_, at) => cell(one, at)) }));
}

// One figure of several runs by requests at once: a row for each run, as articles on serving print them.
export function ratiosByConcurrency(label, names, lines, what) {
  const rows = names.map((name, at) => ({ name, cells: lines.map((line) => cell(line[what], at)) }));
  return grid(label, ["Requests at once", ...lines.map((line) => String(line.concurrency))], rows);
}

function cell(one, at) {
  const [value, ratio] = [one.values[at], one.ratios[at]];
  if (value === null) return "–";
  return [short(value), at && ratio !== null ? el("small", { class: better(one, ratio) }, `× ${ratio.toFixed(2)}`) : null];
}

function better(one, ratio) {
  if (Math.abs(ratio - 1) < 0.02) return null;
  return ratio > 1 === one.less ? "worse" : "better";
}

// The report of one custom model: figures, confusion, labels, mistakes, and a text to try.

import { ApiError, classify, customModel, customPicture } from "./api.js";
import { el } from "./dom.js";

const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { style: "percent" });
const three = new Intl.NumberFormat(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

// The elements that show a model; ``remove`` is called when its reader wants it gone.
export async function reportOf(name, remove) {
  const model = await customModel(name);
  const { report } = model;
  return [
    el("div", { class: "leaf-head" },
      el("h2", {}, name),
      el("button", { type: "button", class: "quiet", onclick: remove }, "Delete", el("span", { class: "hidden" }, ` ${name}`))),
    trial(name),
    el("dl", { class: "figures" }, figures(report)),
    ...report.warnings.map((warning) => el("p", { class: "mind" }, warning)),
    compared(report),
    confusion(name, report),
    labels(report),
    mistakes(report),
  ].filter(Boolean);
}

function figures(report) {
  const [low, high] = report.interval.map((value) => whole.format(value));
  return [
    figure("Right", share.format(report.accuracy), `95 % sure: ${low} to ${high}`),
    figure("By always guessing", share.format(report.baseline), `“${report.baseline_label}”`),
    figure("Macro F1", three.format(report.macro_f1), "all labels count alike"),
    figure("Sureness is off by", share.format(report.calibration_error), "mean calibration error"),
    figure("Tested on", report.tested_on, `learned from ${report.trained_on} others`),
  ];
}

function figure(name, value, note) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, String(value), el("small", {}, note)));
}

function compared(report) {
  if (report.compared.length === 0) return null;
  const words = report.compared.map((one) => `${one.method} ${share.format(one.accuracy)}`).join(", ");
  return el("p", { class: "aside" }, `Tried: ${words}. Kept: ${report.method}.`);
}

// Rows are true labels; each cell is as deep as its share of the row.
function confusion(name, report) {
  const names = report.labels.map((one) => one.label);
  const head = el("tr", {}, el("th", { scope: "col" }, "true \\ given"), names.map((label) => el("th", { scope: "col" }, el("span", {}, label))));
  const rows = report.confusion.map((row, at) => {
    const total = row.reduce((so, count) => so + count, 0);
    return el("tr", {}, el("th", { scope: "row" }, names[at]), row.map((count, to) => cell(count, total, names[at], names[to])));
  });
  return el("div", { class: "report-part" },
    el("h3", {}, "What was taken for what"),
    el("div", { class: "confusion-room", tabindex: 0, role: "region", "aria-label": "Confusion matrix" },
      el("table", { class: "confusion" }, el("caption", { class: "hidden" }, "Rows are true labels, columns given ones"), el("thead", {}, head), el("tbody", {}, rows))),
    el("p", { class: "aside" }, el("a", { href: customPicture(name), download: `${name}.svg` }, "Picture of this table")));
}

function cell(count, total, truth, given) {
  const node = el("td", { title: `${truth} given as ${given}: ${count} of ${total}`, class: count ? null : "none" }, String(count));
  node.style.setProperty("--share", `${Math.round((45 * count) / (total || 1))}%`);
  return node;
}

function table(rows, columns) {
  const heads = columns.map(([name, , kind]) => el("th", { scope: "col", class: kind }, name));
  const body = rows.map((row) => el("tr", {}, columns.map(([, content, kind]) => el("td", { class: kind }, content(row)))));
  return el("table", { class: "ledger" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body));
}

function labels(report) {
  return el("div", { class: "report-part" }, el("h3", {}, "Label by label"), table(report.labels, [
    ["Label", (row) => row.label, "name"],
    ["Precision", (row) => three.format(row.precision), "figure"],
    ["Recall", (row) => three.format(row.recall), "figure"],
    ["F1", (row) => three.format(row.f1), "figure wide"],
    ["Tested", (row) => String(row.support), "figure"],
  ]));
}

function mistakes(report) {
  if (report.mistakes.length === 0) return el("p", { class: "aside" }, "No tested text got a wrong label.");
  return el("div", { class: "report-part" }, el("h3", {}, "Hardest mistakes"), table(report.mistakes, [
    ["Text", (row) => row.text, "name"],
    ["True", (row) => row.label, "tag"],
    ["Given", (row) => [row.said, el("small", {}, `${whole.format(row.probability)} sure`)], "tag"],
  ]));
}

// -- a text to try ----------------------------------------------------------------------------------------

function trial(name) {
  const said = el("div", { class: "verdict", role: "status" });
  const text = el("textarea", { id: "try-text", rows: 2, maxlength: 20000, required: true, placeholder: "A text of yours" });
  const form = el("form", { class: "try" }, el("label", { for: "try-text" }, "Try a text"), text, el("button", { class: "primary" }, "Which label?"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { labels: [found] } = await classify(name, [text.value]);
      said.replaceChildren(...verdict(found));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      said.replaceChildren(el("p", { class: "trouble-line" }, error.message));
    }
  });
  return el("div", {}, form, said);
}

function verdict(found) {
  const best = Object.entries(found.scores).sort((a, b) => b[1] - a[1]).slice(0, 5);
  return [
    el("p", { class: "verdict-label" }, found.label),
    el("ul", {}, best.map(([label, score]) => el("li", {},
      el("span", {}, label), el("progress", { value: score, max: 1, "aria-hidden": "true" }), el("span", { class: "verdict-share" }, share.format(score))))),
  ];
}

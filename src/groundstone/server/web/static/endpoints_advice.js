// What to deploy: limits and prices as people type them, the choices that keep them, and what the run itself says.

import { adviseLoad } from "./api.js";
import { $, el } from "./dom.js";
import { figure, mind } from "./endpoints_run.js";
import { grid } from "./endpoints_tables.js";
import { short } from "./plot.js";
import { guarded } from "./trouble.js";

const KEPT = "groundstone.prices"; // of this browser; the server's prices.toml is what it begins with
const USUAL = ["ml.g5.2xlarge", "ml.g5.12xlarge", "ml.g5.48xlarge", "ml.p4d.24xlarge"];
let run = null;
let known = [];

export function prepare(choices) {
  known = Object.keys(choices.instances);
  $("advice-model").replaceChildren(el("option", { value: "" }, "not known"), ...choices.models.map((name) => el("option", { value: name }, name)));
  $("price-instance").replaceChildren(...known.map((name) => el("option", { value: name }, name)));
  const kept = { ...choices.prices, ...stored() };
  for (const name of Object.keys(kept).length ? Object.keys(kept) : USUAL) line(name, kept[name] ?? "");
  $("price-add").addEventListener("click", () => line($("price-instance").value, "", true));
  $("prices").addEventListener("input", keep);
  $("advice-form").addEventListener("submit", (event) => {
    event.preventDefault();
    advise();
  });
}

// Another run is shown: its model is what is asked about first.
export function about(shown) {
  if (run?.id === shown.id) return;
  run = shown;
  $("advised").replaceChildren();
  const place = shown.order?.simulation?.place ?? shown.order?.theory;
  $("advice-model").value = place?.model ?? "";
  if (place && known.includes(place.instance) && shown.order.price) offer(place.instance, shown.order.price);
}

// The price that the run was told, unless there is one already.
function offer(name, price) {
  line(name, "");
  const field = $("prices").querySelector(`input[data-instance="${CSS.escape(name)}"]`);
  if (!field.value) field.value = price;
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // another page of this address may have left anything there
  }
}

function keep() {
  localStorage.setItem(KEPT, JSON.stringify(prices()));
}

function prices() {
  const rows = [...$("prices").querySelectorAll("input")].map((field) => [field.dataset.instance, Number(field.value)]);
  return Object.fromEntries(rows.filter(([, price]) => price > 0));
}

function line(name, price, fresh = false) {
  if ($("prices").querySelector(`input[data-instance="${CSS.escape(name)}"]`)) return;
  const field = el("input", { type: "number", min: "0", max: "999999", step: "any", inputmode: "decimal", "data-instance": name, "aria-label": `Price of an hour of ${name}`, placeholder: "none" });
  field.value = price;
  const drop = el("button", { type: "button", class: "link", "aria-label": `Remove ${name}`, onclick: () => { row.remove(); keep(); } }, "Remove");
  const row = el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, field), el("td", {}, drop));
  $("prices").append(row);
  if (fresh) field.focus();
}

async function advise() {
  const number = (id) => Number($(id).value) || 0;
  const lengths = (text) => Number.parseInt(text, 10) || 256;
  const plan = run.order?.plan ?? {};
  const write = lengths(plan.write);
  const body = {
    model: $("advice-model").value, read: lengths(plan.read), write, prices: prices(), run: run.id,
    limits: { latency: number("limit-latency") / 1000, throughput: number("limit-throughput"), per_hour: number("limit-hour"), per_million: number("limit-million") },
  };
  const found = await guarded(() => adviseLoad(body));
  if (found) $("advised").replaceChildren(...shown(found, body));
}

function shown({ best, considered, reasons, settings, problem, measured }, { read, write }) {
  const parts = [];
  if (measured) parts.push(el("h3", {}, "By this run"), el("p", { class: "advice-words" }, verdict(measured)));
  parts.push(el("h3", {}, `By the theory, for ${read} tokens read and ${write} written`));
  if (problem) parts.push(mind(problem.charAt(0).toUpperCase() + problem.slice(1) + "."));
  if (best) {
    parts.push(
      el("dl", { class: "figures" },
        figure("Deploy", `${best.machines} × ${best.instance}`, `${best.copies} ${best.copies > 1 ? "copies" : "copy"} each, over ${best.degree} ${best.degree > 1 ? "accelerators" : "accelerator"}`),
        figure("Tokens a second", short(best.tokens_per_second), `${best.concurrency} at once, ${short(best.milliseconds_per_token)} ms a token`),
        figure("An hour", best.per_hour.toFixed(2)),
        figure("A million tokens", best.per_million.toFixed(2))),
      el("ul", { class: "advice-words" }, reasons.map((words) => el("li", {}, words))),
      choices(considered),
      ...settings.map((one) => el("details", { class: "more-of" }, el("summary", {}, `Start it with ${one.engine}`), el("pre", { class: "code", tabindex: "0" }, [...Object.entries(one.environment).map(([name, value]) => `${name}=${value}`), one.command].join("\n")))),
    );
  }
  return parts;
}

function verdict(one) {
  const words = one.reason.charAt(0).toUpperCase() + one.reason.slice(1);
  if (!one.endpoints) return `It does not keep the limits: ${one.reason}.`;
  const money = one.per_hour ? ` That is ${one.per_hour.toFixed(2)} an hour, ${one.per_million.toFixed(2)} for a million tokens.` : "";
  return `${words}.${money}`;
}

function choices(considered) {
  const heads = ["Choice", "Copies", "Over", "At once", "Tokens/s", "ms/token", "An hour", "A million"];
  const rows = considered.map((one, at) => ({
    name: `${one.machines} × ${one.instance}`,
    kind: at ? null : "best",
    cells: [one.copies, one.degree, one.concurrency, short(one.tokens_per_second), short(one.milliseconds_per_token), one.per_hour.toFixed(2), one.per_million.toFixed(2)].map(String),
  }));
  return grid("Choices that keep the limits, the cheapest first", heads, rows);
}

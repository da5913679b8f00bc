// The page of usage: reads the ledger's sums and draws them.

import { ApiError, usage, usageCalls, usageKeys } from "./api.js";
import { $, el } from "./dom.js";
import { bars } from "./bars.js";

const DAY = 24 * 3600 * 1000;
const OUTCOMES = { failed: "failed", refused: "refused", cancelled: "stopped" };
let currency = "USD";
let days = [];
let asked = 0; // the last question to the server; answers to earlier ones are dropped

const whole = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const dayOf = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const hourOf = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const number = (value) => (value < 100_000 ? whole : short).format(value);
const seconds = (value) => (value === null ? "–" : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`);
const tokensOf = (row) => row.input_tokens + row.output_tokens;
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

// Two digits, or four where that would hide a small sum.
function sum(value, least = 2) {
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : least;
  return new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

const money = (value) => `${sum(value)} ${currency}`;
const price = (value) => (value ? sum(value, 4) : "–");

// The beginning of the time that is looked at, in UTC like the ledger's days.
function beginning(period) {
  const now = new Date();
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  if (period === "day") return new Date(today);
  if (period === "month") return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  return new Date(today - 89 * DAY);
}

async function read() {
  const mine = ++asked;
  const since = beginning(chosen("period"));
  try {
    const wanted = ["day", "model", "key"].map((by) => usage(since, by));
    const [byDay, byModel, byKey, calls, keys] = await Promise.all([...wanted, usageCalls(since, 25), usageKeys()]);
    if (mine === asked) show(since, byDay, byModel, byKey, calls, keys);
  } catch (error) {
    if (mine !== asked) return;
    if (!(error instanceof ApiError)) throw error;
    $("scope").textContent = "";
    $("trouble").textContent = error.code === "unreachable" ? "The server cannot be reached. Is it running?" : error.message;
    $("trouble").hidden = false;
  } finally {
    document.body.dataset.ready = "";
  }
}

function show(since, byDay, byModel, byKey, calls, keys) {
  currency = byDay.currency;
  days = everyDay(since, byDay.totals);
  const used = byModel.totals.length > 0;
  $("trouble").hidden = true;
  $("scope").textContent = byDay.scope === "tenant" ? "All calls of models, by everybody here." : "Your own calls of models.";
  $("empty").hidden = used;
  $("figures").hidden = $("latest").hidden = !used;
  $("sums").replaceChildren(...sums(byModel.totals));
  $("models").replaceChildren(models(byModel));
  $("by-key").hidden = byKey.totals.every((row) => row.name === "");
  $("keys").replaceChildren(keysTable(byKey.totals));
  $("calls").replaceChildren(callsTable(calls));
  const limited = keys.filter((key) => key.money_per_month !== null || key.tokens_per_day !== null || key.requests_per_minute !== null);
  $("limited").hidden = limited.length === 0;
  $("limits").replaceChildren(...limited.map(limits));
  plot();
}

function everyDay(since, totals) {
  const known = new Map(totals.map((row) => [row.name, row]));
  const found = [];
  for (let at = since.getTime(); at <= Date.now(); at += DAY) {
    const name = new Date(at).toISOString().slice(0, 10);
    found.push(known.get(name) ?? { name, calls: 0, failed: 0, input_tokens: 0, output_tokens: 0, cost: 0 });
  }
  return found;
}

function plot() {
  const measure = chosen("measure");
  const value = { calls: (row) => row.calls, tokens: tokensOf, cost: (row) => row.cost }[measure];
  const words = { calls: (n) => `${number(n)} calls`, tokens: (n) => `${number(n)} tokens`, cost: money }[measure];
  $("days").replaceChildren(bars(days.map((row) => ({ name: row.name, value: value(row) })), words));
}

function sums(totals) {
  const all = (of) => totals.reduce((so, row) => so + of(row), 0);
  const failed = all((row) => row.failed);
  return [
    figure("Calls", number(all((row) => row.calls)), failed ? `${number(failed)} failed or refused` : "none failed"),
    figure("Tokens read", number(all((row) => row.input_tokens))),
    figure("Tokens written", number(all((row) => row.output_tokens))),
    figure("Money", money(all((row) => row.cost)), "by the prices of the catalogue"),
  ];
}

function figure(name, value, note) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value, note && el("small", {}, note)));
}

// columns: [heading, cell of a row, class]. The class "figure" sets numbers to the right, "wide" needs room.
function table(rows, columns) {
  const heads = columns.map(([name, , kind]) => el("th", { scope: "col", class: kind }, name));
  const cells = (row) => columns.map(([, cell, kind]) => el("td", { class: kind }, cell(row)));
  const body = rows.map((row) => el("tr", {}, cells(row)));
  return el("table", { class: "ledger" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, body));
}

function models({ totals, latency }) {
  const speed = new Map(latency.map((row) => [row.model, row]));
  const of = (row, what) => seconds(speed.get(row.name)?.[what] ?? null);
  return table(totals, [
    ["Model", (row) => row.name || "none was found", "name"],
    ["Calls", (row) => number(row.calls), "figure"],
    ["Failed", (row) => (row.failed ? number(row.failed) : "–"), "figure wide"],
    ["Tokens", (row) => number(tokensOf(row)), "figure"],
    [currency, (row) => (row.cost ? sum(row.cost) : "–"), "figure"],
    ["First word", (row) => of(row, "first_p50"), "figure wide"],
    ["Half within", (row) => of(row, "p50"), "figure wide"],
    ["95 % within", (row) => of(row, "p95"), "figure wide"],
  ]);
}

function keysTable(totals) {
  return table(totals, [
    ["Key", (row) => row.label, "name"],
    ["Calls", (row) => number(row.calls), "figure"],
    ["Failed", (row) => (row.failed ? number(row.failed) : "–"), "figure wide"],
    ["Tokens", (row) => number(tokensOf(row)), "figure"],
    [currency, (row) => (row.cost ? sum(row.cost) : "–"), "figure"],
  ]);
}

function callsTable(calls) {
  return table(calls, [
    ["When", (row) => time(new Date(row.time))],
    ["Model", modelCell, "name"],
    ["Task", (row) => row.task, "wide"],
    ["By", (row) => (row.key ? row.key_name : row.user), "wide name"],
    ["Tokens", (row) => `${row.estimated ? "about " : ""}${number(tokensOf(row))}`, "figure"],
    [currency, (row) => price(row.cost), "figure wide"],
    ["Time", (row) => seconds(row.seconds), "figure wide"],
  ]);
}

function time(at) {
  return el("time", { datetime: at.toISOString() }, el("span", {}, dayOf.format(at)), " ", el("span", {}, hourOf.format(at)));
}

function modelCell(row) {
  const other = row.model && row.asked !== row.model ? el("small", {}, `asked for ${row.asked}`) : null;
  const outcome = OUTCOMES[row.outcome];
  const said = row.error ? `${outcome}: ${row.error.replaceAll("_", " ")}` : outcome;
  return [row.model || row.asked, other, outcome && el("small", { class: row.outcome }, said)];
}

function limits(key) {
  const lines = [
    key.money_per_month !== null && line("Money this month", key.money, key.money_per_month, money),
    key.tokens_per_day !== null && line("Tokens today", key.tokens, key.tokens_per_day, number),
    key.requests_per_minute !== null && el("p", { class: "limit" }, `${number(key.requests_per_minute)} requests a minute`),
  ];
  return el("li", {}, el("h3", {}, key.name || key.key, el("small", {}, key.user)), lines);
}

function line(name, used, limit, words) {
  const spent = used >= limit;
  const share = limit > 0 ? Math.min(1, used / limit) : 1;
  return el("div", { class: spent ? "limit spent" : "limit" },
    el("p", {}, el("span", {}, name), el("span", {}, `${words(used)} of ${words(limit)}${spent ? ", used up" : ""}`)),
    el("progress", { value: share, max: 1, "aria-label": name }));
}

$("period").addEventListener("change", read);
$("measure").addEventListener("change", plot);
read();

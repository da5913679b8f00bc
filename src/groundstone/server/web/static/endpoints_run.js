// One load run as the page shows it: live while it goes, its curves, tables and what it takes to repeat it.

import { loadReport } from "./api.js";
import { $, el } from "./dom.js";
import { byConcurrency, levelsTable } from "./endpoints_tables.js";
import { plot, short } from "./plot.js";

export const STATES = { running: "running", done: "done", stopped: "stopped early", interrupted: "interrupted", failed: "failed" };
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const LATE = 0.025; // seconds of lag from which a client's times cannot be trusted, as the server has it
const BUSY = 0.9;

export function day(iso) {
  return iso ? when.format(new Date(iso)) : "";
}

export function figure(name, value, note) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value, note && el("small", {}, note)));
}

export function mind(words) {
  return el("p", { class: "mind" }, words);
}

export function head(run, measured) {
  document.title = `${run.title} · Groundstone`;
  $("run-title").textContent = run.title;
  $("run-about").textContent = [run.target === run.title ? "" : run.target, day(run.created), `by ${run.owner}`, STATES[run.state]].filter(Boolean).join(" · ");
  $("run-tags").replaceChildren(...run.tags.map((tag) => el("li", {}, tag)));
  const running = run.state === "running";
  $("stop").hidden = !(running && run.mine);
  $("stop").disabled = false;
  $("rename").hidden = !run.mine;
  $("delete").hidden = running || !run.mine;
  $("again").hidden = running || !run.order;
  $("exports").hidden = !measured;
  for (const form of ["html", "json", "csv", "md"]) $(`as-${form}`).href = loadReport(run.id, form);
}

// What is known while it goes: the latest look, and throughput over time.
export function live(run, points) {
  $("live").hidden = run.state !== "running";
  if (run.state !== "running") return;
  const last = points.at(-1);
  if (!last) {
    $("now").replaceChildren(figure("Now", "starting", run.order?.simulation ? "the simulated engine" : "the first requests"));
    return;
  }
  const failed = Object.entries(last.problems).map(([kind, count]) => `${count} ${kind}`).join(", ");
  const late = last.lag > LATE || last.processor > BUSY;
  $("now").replaceChildren(
    figure("Requests under way", short(last.under_way), last.level),
    figure("Tokens a second", short(last.now_per_second), `${short(last.tokens_per_second)} since the level began`),
    figure("First token", last.first_token ? `${short(1000 * last.first_token)} ms` : "–", last.end_to_end ? `whole reply ${short(1000 * last.end_to_end)} ms` : null),
    figure("Requests ended", short(last.ended), failed || "none failed"),
    figure("Client", late ? "too busy" : "keeps up", `${short(1000 * last.lag)} ms late at most, ${Math.round(100 * last.processor)} % of a processor`),
  );
  $("plot-live").replaceChildren(...overTime(points, 190).slice(0, 1));
}

// An open schedule has no curve by requests at once; what it has is a course.
function overTime(points, high = 300) {
  // The last word of a level covers a moment only; it counts where there is no other.
  const told = points.filter((point, at) => point.now_per_second > 0 && !(point.over && points[at - 1]?.level === point.level));
  const course = (of) => told.map((point) => ({ x: point.at, y: of(point) }));
  const drawn = (title, up, of) => plot({ title, across: "seconds since the begin", up, series: [{ name: up, points: course(of), plain: true }], high });
  if (course(() => 0).length < 2) return [];
  return [drawn("As it went", "tokens a second", (point) => point.now_per_second), drawn("Under way", "requests at once", (point) => point.under_way)];
}

export function results(run, measured) {
  const notes = run.why ? [sentence(run.why)] : [];
  const speed = run.order?.simulation?.speed ?? 1;
  if (measured && speed !== 1) notes.push(`The engine was simulated ${short(speed)} times as fast as life: it wrote that many times more tokens a second, and took that much less time for each.`);
  if (measured && !measured.valid) notes.push("Not every level is to be trusted: the client itself was the bottleneck there.");
  $("minds").replaceChildren(...[...notes, ...(measured?.notes ?? []).filter((note) => !/^(Tokens are counted|The knee)/.test(note))].map(mind));
  for (const id of ["sums", "article-part", "levels-part", "advice", "repeat-part"]) $(id).hidden = !measured;
  if (!measured) return $("plots").replaceChildren();
  $("sums").replaceChildren(...sums(measured));
  const curves = plots([{ name: "measured", measured }]);
  $("plots").replaceChildren(...(curves.length || run.state === "running" ? curves : overTime(run.points)));
  const table = byConcurrency(measured);
  $("article-part").hidden = !table;
  if (table) $("article").replaceChildren(table);
  $("levels-table").replaceChildren(...levelsTable(measured));
  $("repeat").textContent = [...(run.commands ?? []), "", ""].join("\n").trimStart() + Object.entries(measured.setting).map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`).join("\n");
}

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1) + (words.endsWith(".") ? "" : ".");

function sums({ levels, knee, price }) {
  const good = levels.filter((level) => level.good);
  if (!good.length) return [figure("Requests", short(levels.reduce((sum, level) => sum + level.requests, 0)), "none was answered")];
  const best = good.reduce((one, other) => (other.tokens_per_second > one.tokens_per_second ? other : one));
  const first = good[0];
  const atKnee = good.find((level) => level.concurrency === knee);
  return [
    figure("Throughput at most", `${short(best.tokens_per_second)}`, `tokens a second, ${best.name}`),
    figure("Latency at first", `${short(first.milliseconds_per_token)} ms`, `a token, ${first.name}`),
    figure("First token at first", `${short(first.first_token.p50?.value ?? 0)} ms`, "half of the requests within"),
    best.concurrency === 0 && !knee ? figure("Requests a second", short(best.requests_per_second), `${short(best.goodput)} of them as promised`) : figure("Knee", knee ? short(knee) : "–", atKnee ? `at once: ${short(atKnee.tokens_per_second)} tokens/s, ${short(atKnee.milliseconds_per_token)} ms a token` : "no curve that rises"),
    price ? figure("A million tokens", best.cost === null ? "–" : best.cost.toFixed(2), `at ${short(price)} an hour, ${best.name}`) : null,
  ].filter(Boolean);
}

// The curves of one run with its prediction, or of several runs: [{ name, measured, tone }].
export function plots(runs) {
  const alone = runs.length === 1;
  const closed = ({ measured }) => measured.levels.filter((level) => level.concurrency && level.good);
  const usable = runs.filter((run) => closed(run).length > 1);
  if (!usable.length) return [];
  const series = (across, up, predicted) => runs.flatMap((run, at) => {
    const levels = closed(run);
    const most = Math.max(...levels.map((level) => level.concurrency));
    const points = levels.map((level) => ({ x: across(level), y: up(level), tip: tip(run, level), label: alone && across !== count ? String(level.concurrency) : null }));
    const foretold = (curve) => (predicted && alone ? curve : []).filter((point) => point.concurrency <= (across === count ? 2 * most : most)).map((point) => ({ x: across(point), y: up(point) }));
    const { predicted: blind, probed } = run.measured;
    return [{ name: run.name, points, tone: at }, { name: "predicted", points: foretold(blind), predicted: true, tone: at }, { name: "predicted from one client", points: foretold(probed), predicted: true, tone: 1 }];
  });
  const ranks = (of) => (alone ? [["half within", "p50"], ["99 % within", "p99"]] : [["", "p50"]]).flatMap(([words, rank], tone) => series(count, (one) => of(one)?.[rank]?.value ?? 0, false).map((one) => (alone ? { ...one, name: words, tone } : one)));
  const { knee } = runs[0].measured;
  const level = alone && knee ? closed(runs[0]).find((one) => one.concurrency === knee) : null;
  const words = `knee, ${knee} at once`;
  return [
    plot({ title: "Latency against throughput", across: "tokens a second", up: "milliseconds a token", series: series(rate, pace, true), knee: level && { x: rate(level), y: pace(level), words } }),
    plot({ title: "Throughput", across: "requests at once", up: "tokens a second", series: series(count, rate, true), doubling: true, knee: level && { x: knee, y: rate(level), words } }),
    plot({ title: alone ? "First token" : "First token, half within", across: "requests at once", up: "milliseconds", series: ranks((one) => one.first_token), doubling: true }),
    plot({ title: alone ? "Between tokens" : "Between tokens, half within", across: "requests at once", up: "milliseconds", series: ranks((one) => one.between_tokens), doubling: true }),
  ];
}

const rate = (one) => one.tokens_per_second;
const pace = (one) => one.milliseconds_per_token;
const count = (one) => one.concurrency;

function tip(run, level) {
  return `${run.name}, ${level.name}: ${short(rate(level))} tokens/s, ${short(pace(level))} ms/token, first token ${short(level.first_token.p50?.value ?? 0)} ms`;
}

// What was found of a page, in words: verdict, probability with its interval, and the evidence beside its places.

import { el } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const SAYS = {
  forged: ["This looks forged", "Something was changed after the document was made. Look at the places before you decide."],
  genuine: ["This looks genuine", "The page would show a change, and shows none."],
  "cannot tell": ["It cannot be told", "There is too little to judge by. That speaks neither for a forgery nor against one."],
};
const KINDS = {
  pixels: "Pixels", history: "Compression", copied: "Copied region", font: "Letters", baseline: "Lines", amount: "Sums", metadata: "File", pdf: "PDF",
};
const SIDES = [
  ["for", "What speaks for a forgery"],
  ["against", "What speaks against it"],
  ["also", "Also seen"],
];

const share = (value) => `${Math.round(100 * Math.min(0.99, Math.max(0.01, value)))} %`;

// What the pixels tell has its odds in the probability already.
function side(one) {
  if (one.odds > 0 || (["pixels", "history"].includes(one.kind) && one.boxes.length)) return "for";
  return one.odds < 0 ? "against" : "also";
}

// ``found`` is a report; ``act``: light(boxes), bring(box).
export function judged(found, act) {
  return [...verdict(found), basis(found), ...evidence(found.evidence, act)];
}

// The same of a document of several pages, of which evidence of the file itself is all that is told here.
export function judgedFile(found, act) {
  const ofFile = found.evidence.filter((one) => ["metadata", "pdf"].includes(one.kind) && !one.boxes.length);
  return [...verdict(found), ...(ofFile.length ? evidence(ofFile, act) : [])];
}

// One page of several.
export function judgedPage(page, act) {
  const said = page.probability === null ? page.verdict : `${page.verdict}, ${share(page.probability)}`;
  return [el("h3", { class: "leaf-title" }, `Page ${page.number}: ${said}`), basis(page), ...evidence(page.evidence, act)];
}

function verdict(found) {
  const [head, said] = SAYS[found.verdict];
  return [
    el("h2", { class: `outcome ${found.verdict.replace(" ", "-")}` }, head),
    el("p", { class: "scope" }, said),
    ...(found.probability === null ? [] : [odds(found)]),
  ];
}

const basis = (found) => el("p", { class: "aside basis" }, found.basis);

function odds({ probability, interval: [low, high] }) {
  const words = `Probability of forgery ${share(probability)}, between ${share(low)} and ${share(high)}`;
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 12", preserveAspectRatio: "none", role: "img", "aria-label": words })) svg.setAttribute(name, value);
  const bars = [["odds-track", 0, 100, 5, 2], ["odds-range", 100 * low, Math.max(0.5, 100 * (high - low)), 3, 6]];
  for (const [kind, x, width, y, height] of bars) {
    const bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ class: kind, x, y, width, height })) bar.setAttribute(name, value);
    svg.append(bar);
  }
  const mark = document.createElementNS(SVG, "path");
  mark.setAttribute("class", "odds-mark");
  mark.setAttribute("d", `M${100 * probability} 0V12`);
  svg.append(mark);
  return el("figure", { class: "odds" },
    el("p", { class: "odds-words" }, el("b", {}, share(probability)), el("span", {}, `between ${share(low)} and ${share(high)}`)),
    svg, el("figcaption", {}, el("span", {}, "genuine"), el("span", {}, "forged")));
}

function evidence(all, act) {
  if (!all.length) return [el("p", { class: "aside" }, "No single observation stands out.")];
  return SIDES.flatMap(([name, words]) => {
    const mine = all.filter((one) => side(one) === name);
    return mine.length ? [el("h3", { class: "evidence-title" }, words), el("ul", { class: "clues" }, mine.map((one) => clue(one, name, act)))] : [];
  });
}

function clue(one, name, act) {
  const inside = [el("b", {}, KINDS[one.kind] ?? one.kind), el("span", {}, one.text)];
  if (!one.boxes.length) return el("li", { class: `clue ${name}` }, el("div", { class: "clue-body" }, inside));
  return el("li", { class: `clue ${name}` }, el("button", {
    type: "button", class: "clue-body",
    onpointerenter: () => act.light(one.boxes), onpointerleave: () => act.light([]),
    onfocus: () => act.light(one.boxes), onblur: () => act.light([]), onclick: () => act.bring(one.boxes[0]),
  }, inside));
}

// The pages of a document with what each shows; ``present`` is the one that is seen, ``turn(number)`` shows another.
export function pageList(pages, present, turn) {
  return el("ol", { class: "leaves", "aria-label": "Pages" }, pages.map((page) => el("li", {}, el("button", {
    type: "button", class: `leaf-link ${page.verdict.replace(" ", "-")}`, "aria-current": page.number === present ? "page" : null,
    onclick: () => turn(page.number),
  }, el("span", {}, `Page ${page.number}`), el("span", {}, page.probability === null ? page.verdict : `${page.verdict}, ${share(page.probability)}`)))));
}

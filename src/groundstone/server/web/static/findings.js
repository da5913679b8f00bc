// The answers of a document: how sure each is, where it stands, what else was considered, and correcting it.

import { el, iconButton } from "./dom.js";

const share = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const NOTHING = "The document does not say";

const sureness = (value) =>
  value >= 0.9 ? "Sure" : value >= 0.7 ? "Fairly sure" : value >= 0.4 ? "Unsure" : "A guess";

const placesOf = (one) => [
  one.label && { ...one.label, kind: "label" },
  { page: one.page, polygon: one.polygon, kind: "answer" },
];

// ``act``: light(places), go(place), correct(number, body), remove(number), pick(told), stopPicking(), paged().
export function finding(one, act) {
  const lit = () => act.light(placesOf(torn(one) ? one.candidates[0] : one));
  const card = el("li", { class: "finding", "data-number": one.number, onpointerenter: lit, onfocusin: lit, onpointerleave: () => act.light([]) });
  const edit = el("div", { hidden: true });
  const why = others(one, act);
  const toggle = (words, room, fill) => el("button", { type: "button", class: "link", "aria-expanded": "false", onclick: (event) => opens(event.currentTarget, room, fill) }, words, el("span", { class: "hidden" }, `: ${one.text}`));
  const fixed = one.corrections.at(-1);
  const said = one.answer === null
    ? nothing(one, act)
    : el("button", { type: "button", class: "finding-answer", title: one.page ? "Show where it stands" : null, onclick: () => act.go(one) }, one.answer);
  card.append(
    el("p", { class: "finding-question", title: one.alias || null }, one.text),
    said,
    fixed ? corrected(one, fixed) : confidence(one),
    el("div", { class: "finding-foot" },
      one.page && act.paged() ? el("button", { type: "button", class: "link", onclick: () => act.go(one) }, `Page ${one.page}`) : null,
      act.correct && toggle("Correct", edit, (opener) => editor(one, act, edit, opener)),
      why && toggle(why.title, why.room),
      act.remove && iconButton("bin", `Remove: ${one.text}`, () => act.remove(one.number), { class: "tool small" })),
    edit,
    ...(why ? [why.room] : []),
  );
  return card;
}

export function asking(text) {
  return el("li", { class: "finding" },
    el("p", { class: "finding-question" }, text),
    el("p", { class: "thinking", "aria-label": "Looking for the answer" }, el("i"), el("i"), el("i")));
}

// Between an answer and none: the likeliest words are offered, but not as the answer.
const torn = (one) => one.answer === null && !one.corrections.length && one.confidence < 0.7 && one.candidates.length > 0;

function nothing(one, act) {
  if (!torn(one)) return el("p", { class: "finding-none" }, NOTHING);
  const [best] = one.candidates;
  return el("p", { class: "perhaps" }, "No sure answer. Perhaps",
    el("button", { type: "button", class: "candidate", onclick: () => act.go(best) }, best.text),
    act.correct && el("button", { type: "button", class: "link", onclick: () => act.correct(one.number, { text: best.text, place: { page: best.page, ...best.box } }) },
      "Take this", el("span", { class: "hidden" }, `: ${best.text}`)));
}

function confidence(one) {
  const value = torn(one) ? one.candidates[0].confidence : one.confidence;
  const words = `${sureness(value)}, ${share.format(Math.min(value, 0.99))}`;
  return el("div", { class: value < 0.7 ? "sure weak" : "sure" },
    el("progress", { max: 1, value, "aria-label": `How sure: ${words}` }),
    el("span", {}, words));
}

function corrected(one, fixed) {
  const before = !one.found ? "" : one.found.answer === null ? " Read: nothing" : ` Read: “${one.found.answer}”`;
  return el("p", { class: "finding-fixed" }, `Corrected by ${fixed.by}, ${when.format(new Date(fixed.at))}.${before}`);
}

function opens(button, room, fill) {
  const open = room.hidden;
  button.setAttribute("aria-expanded", String(open));
  room.hidden = !open;
  if (open && fill) fill(button);
}

// -- what else was considered ---------------------------------------------------------------------------------

function others(one, act) {
  const listed = (one.found ?? one).candidates;
  const reasons = (one.found ?? one).reasons;
  if (!listed.length && !reasons.length) return null;
  const title = listed.length > 1 ? `Why, and ${listed.length - 1} other${listed.length > 2 ? "s" : ""}` : "Why";
  const room = el("div", { class: "why", hidden: true },
    reasons.length ? el("p", { class: "aside" }, sentence(reasons)) : null,
    el("ol", { class: "candidates" }, listed.map((each) => candidate(each, one, act))));
  return { title, room };
}

function candidate(each, one, act) {
  const lit = (event) => {
    event.stopPropagation();
    act.light(placesOf(each));
  };
  const place = { page: each.page, ...each.box };
  const take = el("button", { type: "button", class: "link", onclick: () => act.correct(one.number, { text: each.text, place }) },
    "Take this", el("span", { class: "hidden" }, `: ${each.text}`));
  return el("li", { onpointerenter: lit, onfocusin: lit },
    el("button", { type: "button", class: "candidate", onclick: () => act.go(each) }, each.text),
    el("span", { class: "candidate-share" }, share.format(Math.min(each.confidence, 0.99))),
    each.text === one.answer || !act.correct ? null : take,
    each.reasons.length ? el("p", { class: "aside" }, sentence(each.reasons)) : null);
}

function sentence(reasons) {
  const joined = reasons.map((each) => each.replace(/\.$/, "")).join("; ");
  return `${joined.charAt(0).toUpperCase()}${joined.slice(1)}.`;
}

// -- correcting -----------------------------------------------------------------------------------------------

function editor(one, act, room, opener) {
  let place = null;
  const name = `right-${String(one.number).replace(/\W/g, "-")}`;
  const input = el("input", { id: name, value: one.answer ?? "", maxlength: 2000, autocomplete: "off", spellcheck: "false" });
  const close = () => {
    act.stopPicking();
    room.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  };
  const save = (body) => {
    act.stopPicking();
    return act.correct(one.number, body);
  };
  const form = el("form", { class: "correct" },
    el("label", { for: name }, "What it says; type it, or pick its words on the page"),
    input,
    el("div", { class: "row" },
      el("button", { type: "button", class: "link", onclick: () => save({ text: null }) }, NOTHING),
      el("button", { type: "button", class: "quiet", onclick: close }, "Cancel"),
      el("button", { class: "primary" }, "Save")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text) save({ text, place });
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  room.replaceChildren(form);
  act.pick((text, at) => {
    place = at;
    if (text) input.value = text;
  });
  input.focus();
  input.select();
}

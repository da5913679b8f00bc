// One turn of a conversation on the page: question, understanding, sentences with marks, cards, what follows.

import { GONE } from "./api.js";
import { el, icon, iconButton } from "./dom.js";
import * as evidence from "./evidence.js";
import { line } from "./understood.js";
import { few as cutShort, shown } from "./values.js";

const FEW_CARDS = 6; // of more than MANY_CARDS, so many are shown at first
const MANY_CARDS = 10;
const MANY_SENTENCES = 24;
const MANY_MARKS = 4;
const LONG_QUESTION = { characters: 280, lines: 4 };
const STRENGTHS = { exact: "Exact, from fields", high: "Close match", medium: "Fair match", low: "Weak match", none: "Not in these documents" };
const BARS = { exact: 3, high: 3, medium: 2, low: 1, none: 0 };

export class TurnView {
  // ``actions``: ask(question, query), rate(number, rating, comment), retry(view), anew(view)
  constructor(question, schema, actions, edited = false) {
    Object.assign(this, { question, schema, actions, number: null, rating: null });
    this.answer = { sentences: [], citations: [], cards: [], query: null, total: null };
    const refined = edited ? el("span", { class: "refined" }, "refined") : null;
    this.understoodSlot = el("div");
    this.text = el("div", { class: "answer", "aria-live": "polite", "aria-busy": "true" }, thinking());
    this.after = el("div");
    this.element = el("article", { class: "turn" }, el("h2", { tabindex: "-1" }, heading(question), refined), this.understoodSlot, this.text, this.after);
  }

  understood(query) {
    this.answer.query = query;
    this.understoodSlot.replaceChildren(line(query, this.schema, (changed) => this.actions.ask(this.question, changed)) ?? "");
  }

  take({ kind, data }) {
    if (kind === "understood") this.understood(data.query);
    if (kind === "citations") this.answer.citations = data.citations;
    if (kind === "cards") this.cards(data.cards, data.total);
    if (kind === "delta") this.delta(data);
    if (kind === "sentence") this.sentence(data, true);
    if (kind === "done") this.done(data.answer);
  }

  sentence(data, fresh = false) {
    this.text.querySelector(".thinking")?.remove();
    this.answer.sentences[data.index] = data;
    const card = this.#cardOf(data);
    if (card) return this.#reason(card, data);
    const whole = el("span", { "data-index": data.index }, this.#words(data, data.text, fresh), " ");
    const piece = this.text.querySelector(`[data-index="${data.index}"]`);
    if (piece) piece.replaceWith(whole);
    else this.text.append(whole);
  }

  #words(data, text, fresh) {
    const marks = data.citations.length > MANY_MARKS ? [this.#allMark(data)] : data.citations.map((index) => this.#mark(index));
    const kind = `sentence${data.supported ? "" : " unsupported"}${fresh ? " fresh" : ""}`;
    const title = data.supported ? null : "No source bears this sentence out";
    return el("span", { class: kind, title, "data-citations": data.citations.join(" ") }, withMarks(text, marks));
  }

  // In a list, what is said of one document stands in its card. Null when the sentence belongs in the text.
  #cardOf(data) {
    const ids = new Set(data.citations.map((index) => this.answer.citations[index].document_id));
    if (ids.size !== 1 || !["list", "similar", "count"].includes(this.answer.query?.kind)) return null;
    const card = this.answer.cards.find((item) => ids.has(item.document_id));
    return card && this.cardNodes && data.text.startsWith(card.title) ? card : null;
  }

  // Words from the prose of the document are worth reading; values that the card shows anyway need their marks only.
  #reason(card, data) {
    const node = this.cardNodes.get(card.document_id);
    const rest = data.text.slice(card.title.length).replace(/^\s*\(\d{4}\)/, "").replace(/^\s*[:—–-]\s*/, "");
    const prose = data.citations.some((index) => !(this.answer.citations[index].field in card.fields));
    const told = prose && /\p{L}/u.test(rest);
    const words = this.#words(data, told ? rest : "", false);
    words.dataset.index = data.index;
    if (told) node.querySelector(".card-head").after(el("p", { class: "card-reason" }, words));
    else (node.querySelector(".card-meta") ?? node.querySelector(".card-title")).append(" ", words);
  }

  delta({ index, text }) {
    this.text.querySelector(".thinking")?.remove();
    let piece = this.text.querySelector(`[data-index="${index}"]`);
    if (!piece) this.text.append((piece = el("span", { "data-index": index })));
    piece.append(text);
  }

  cards(cards, total) {
    Object.assign(this.answer, { cards, total });
    if (!cards.some((card) => Object.keys(card.fields).length)) return; // titles alone stand in the evidence already
    const items = cards.map((card) => this.#card(card));
    this.cardNodes = new Map(cards.map((card, at) => [card.document_id, items[at]]));
    const few = items.length > MANY_CARDS ? FEW_CARDS : items.length;
    const list = el("ul", { class: "cards fresh", "aria-label": "Documents" }, items.slice(0, few));
    const rest = items.slice(few);
    this.after.replaceChildren(el("div", {}, list, rest.length ? showRest(list, rest) : null));
  }

  // A finished answer, from the stream or from a stored conversation.
  done(answer) {
    this.answer = answer;
    this.number = answer.turn ?? this.number;
    if (!this.understoodSlot.hasChildNodes()) this.understood(answer.query);
    if (this.#drawn() !== answer.sentences.length) this.#redraw();
    this.#fold();
    this.text.setAttribute("aria-busy", "false");
    this.after.append(...[this.#next(), this.#foot()].filter(Boolean));
  }

  // Sentences on the page; those in cards that wait behind "show the other" count too.
  #drawn() {
    const cards = this.cardNodes ? [...this.cardNodes.values()] : [];
    const parts = [this.text, ...cards].map((node) => node.querySelectorAll("[data-index]").length);
    return parts.reduce((sum, count) => sum + count, 0);
  }

  #redraw() {
    this.text.replaceChildren();
    if (this.answer.cards.length) this.cards(this.answer.cards, this.answer.total);
    this.answer.sentences.forEach((sentence, index) => this.sentence({ ...sentence, index }));
  }

  restore(stored) {
    this.number = stored.number;
    this.rating = stored.rating;
    this.text.removeAttribute("aria-live");
    this.text.replaceChildren();
    this.done(stored.answer);
    for (const node of this.element.querySelectorAll(".fresh")) node.classList.remove("fresh");
  }

  stopped() {
    this.#ended("stop", "You stopped this answer.", this.#button("Ask again", this.actions.retry));
  }

  // What the server refuses once it refuses again: only what may pass offers another try.
  failed(error) {
    const gone = error.code === GONE.code ? this.#button("Start a new one", this.actions.anew) : null;
    this.#ended("warn", error.message, gone ?? (error.refused ? null : this.#button("Try again", this.actions.retry)));
  }

  #button(text, action) {
    return el("button", { type: "button", class: "again", onclick: () => action(this) }, text);
  }

  // Everything that rests on a source, when the reader points at it among the evidence.
  light(index, on) {
    for (const mark of this.element.querySelectorAll(`.cite[data-citation="${index}"]`)) mark.classList.toggle("lit", on);
    for (const words of this.element.querySelectorAll(".sentence")) {
      if (words.dataset.citations.split(" ").includes(String(index))) words.classList.toggle("lit", on);
    }
    for (const card of this.element.querySelectorAll(`.card[data-citation="${index}"]`)) card.classList.toggle("lit", on);
  }

  mark(index) {
    return this.element.querySelector(`.cite[data-citation="${index}"]`);
  }

  #mark(index) {
    const lit = (on) => (event) => {
      const mark = event.currentTarget;
      mark.classList.toggle("lit", on);
      mark.closest(".sentence").classList.toggle("lit", on);
      evidence.light(this, index, on);
    };
    const cited = this.answer.citations[index];
    const label = `Source ${index + 1}: ${[cited.title, headingOf(this.schema, cited.field)].filter(Boolean).join(", ")}`;
    const attributes = { type: "button", class: "cite", "data-citation": index, "aria-label": label, title: label };
    attributes.onmouseenter = attributes.onfocus = lit(true);
    attributes.onmouseleave = attributes.onblur = lit(false);
    attributes.onclick = (event) => evidence.open(this, index, event.currentTarget, event.detail === 0);
    return el("button", attributes, el("span", {}, String(index + 1)));
  }

  // A sentence that rests on very many sources leads to all of them at once.
  #allMark(data) {
    const text = `${data.citations.length} sources`;
    const onclick = () => evidence.openList(this);
    return el("button", { type: "button", class: "cite many", onclick }, el("span", {}, text));
  }

  #card(card) {
    const specs = this.schema.fields.filter((spec) => card.fields[spec.name] !== undefined);
    const ordered = Object.keys(card.fields).map((name) => specs.find((spec) => spec.name === name)).filter(Boolean);
    const score = ordered.find((spec) => spec.type === "number" && !spec.many);
    const plain = ordered.filter((spec) => spec !== score && !spec.many);
    const [kinds, ...people] = ordered.filter((spec) => spec.many);
    const meta = plain.map((spec) => shown(card.fields[spec.name], spec));
    if (kinds) meta.push(card.fields[kinds.name].slice(0, 3).join(", "));
    const open = (event) => evidence.openDocument(this, card.document_id, event.currentTarget, event.detail === 0);
    const title = el("h3", { class: "card-title" }, el("button", { type: "button", onclick: open }, card.title));
    const line = meta.length ? el("p", { class: "card-meta" }, meta.join(" · ")) : null;
    const head = el("div", { class: "card-head" }, title, score ? scored(score, card.fields[score.name]) : null, line);
    const rows = people.map((spec) => el("div", {}, el("dt", {}, `${spec.label || spec.name} `), el("dd", {}, cutShort(card.fields[spec.name]))));
    return el("li", { class: "card", "data-citation": card.citation }, head, rows.length ? el("dl", { class: "card-people" }, rows) : null);
  }

  // The rest of a very long answer waits behind a button.
  #fold() {
    const all = [...this.text.querySelectorAll("[data-index]")];
    if (all.length <= MANY_SENTENCES) return;
    const rest = all.slice(MANY_SENTENCES);
    for (const node of rest) node.hidden = true;
    const more = el("button", { type: "button", class: "more" }, `Read the other ${rest.length} sentences`);
    more.addEventListener("click", () => {
      for (const node of rest) node.hidden = false;
      more.remove();
    });
    this.text.after(more);
  }

  #next() {
    const { query, cards, total } = this.answer;
    const upTo = query.offset + cards.length;
    if (!cards.length || total === null || upTo >= total) return null;
    const ask = () => this.actions.ask(this.question, { ...query, offset: upTo });
    const count = Math.min(query.limit ?? cards.length, total - upTo);
    return el("button", { type: "button", class: "more", onclick: ask }, `Next ${count} of ${total}`);
  }

  #foot() {
    this.up = this.#rateButton("up", "This answer helped");
    this.down = this.#rateButton("down", "This answer did not help");
    this.foot = el("footer", { class: "foot" }, strength(this.answer, this.schema), this.up, this.down);
    return this.foot;
  }

  #rateButton(rating, label) {
    const pressed = String(this.rating === rating);
    return iconButton(rating, label, () => this.#rate(rating), { class: "rate", "aria-pressed": pressed });
  }

  async #rate(rating) {
    this.rating = this.rating === rating ? null : rating;
    this.up.setAttribute("aria-pressed", String(this.rating === "up"));
    this.down.setAttribute("aria-pressed", String(this.rating === "down"));
    this.foot.querySelector(".comment")?.remove();
    const sent = await this.actions.rate(this.number, this.rating, "");
    if (!sent || !this.rating) return;
    this.foot.append(this.#comment());
    this.foot.querySelector("textarea").focus();
  }

  #comment() {
    const text = el("textarea", { maxlength: 2000, rows: 1 });
    const asked = this.rating === "up" ? "What was good about it? (optional)" : "What was wrong with it? (optional)";
    const form = el("form", { class: "comment" }, el("label", {}, asked, text), el("button", { class: "primary" }, "Send"));
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const sent = await this.actions.rate(this.number, this.rating, text.value);
      if (sent) form.replaceWith(el("p", { class: "comment", role: "status" }, "Thank you."));
    });
    return form;
  }

  #ended(sign, message, button) {
    this.text.querySelector(".thinking")?.remove();
    this.text.setAttribute("aria-busy", "false");
    const words = message.charAt(0).toUpperCase() + message.slice(1);
    this.after.append(el("div", { class: "trouble", role: "alert" }, icon(sign), el("p", {}, words), button ?? []));
  }
}

// A mark never begins a line: the last word of the sentence keeps it.
function withMarks(text, marks) {
  const cut = text.lastIndexOf(" ") + 1;
  if (!text || !marks.length || text.length - cut > 24) return [text, marks];
  const [first, ...others] = marks;
  return [text.slice(0, cut), el("span", { class: "last" }, text.slice(cut), first), others];
}

// A very long question would push its answer off the window: its first lines, and the rest on request.
function heading(question) {
  const { characters, lines } = LONG_QUESTION;
  if (question.length <= characters && question.split("\n").length <= lines) return question;
  const words = el("span", { class: "clamped" }, question);
  const more = el("button", { type: "button", class: "more", "aria-expanded": "false" }, "Show all");
  more.addEventListener("click", () => {
    const folded = words.classList.toggle("clamped");
    more.textContent = folded ? "Show all" : "Show less";
    more.setAttribute("aria-expanded", String(!folded));
  });
  return [words, more];
}

function headingOf(schema, name) {
  return name && name !== schema.body_field ? schema.fields.find((spec) => spec.name === name)?.label || name : null;
}

function thinking() {
  const dots = [el("i"), el("i"), el("i")];
  return el("span", { class: "thinking" }, dots, el("span", { class: "hidden" }, "Looking in the documents"));
}

function scored(spec, value) {
  return el("p", { class: "card-score" }, el("b", { title: spec.label || spec.name }, shown(value, spec)), spec.note || spec.label);
}

function showRest(list, rest) {
  const more = el("button", { type: "button", class: "more" }, `Show the other ${rest.length}`);
  more.addEventListener("click", () => {
    list.append(...rest);
    more.remove();
    rest[0].querySelector("button").focus();
  });
  return more;
}

function strength(answer, schema) {
  const bars = [1, 2, 3].map((level) => el("i", { class: level <= BARS[answer.strength] ? "on" : null }));
  const prose = answer.citations.length > 0 && answer.citations.every((cited) => !headingOf(schema, cited.field));
  const exact = prose ? "Quoted word for word" : STRENGTHS.exact;
  const fit = answer.closest ? "Closest passages" : answer.strength === "exact" ? exact : STRENGTHS[answer.strength];
  const written = answer.mode === "generative" ? `, written by ${answer.model ?? "a model"}` : "";
  const quoted = answer.mode === "extractive" && !["exact", "none"].includes(answer.strength) ? ", quoted word for word" : "";
  return el("span", { class: "strength" }, el("span", { class: "bars", "aria-hidden": "true" }, bars), fit + written + quoted);
}

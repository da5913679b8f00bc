// A conversation with slides: one exchange for each question, written as its answer arrives.

import { ApiError, askSlides, slidePicture } from "./api.js";
import { $, el, icon } from "./dom.js";

const NEAREST = 3;

// ``act``: go(citation or slide), stays here; ``again(question)`` asks once more.
export class Exchange {
  constructor(question, act) {
    Object.assign(this, { question, act, citations: [], slides: [], first: null });
    this.answer = el("p", { class: "answer" }, dots());
    this.before = el("div");
    this.after = el("div", { class: "exchange-after" });
    this.node = el("li", { class: "exchange", "aria-busy": "true" }, el("h2", {}, question), this.before, this.answer, this.after);
  }

  // Takes the events of the answer. Gives the whole answer, or null when it was stopped.
  async run(body, signal) {
    try {
      for await (const { kind, data } of askSlides(body, signal)) this[`on_${kind}`]?.(data);
      return this.whole;
    } catch (error) {
      if (error.name === "AbortError") this.#ended("Stopped.");
      else this.#ended(said(error));
      return null;
    } finally {
      this.node.removeAttribute("aria-busy");
    }
  }

  on_understood({ understood, declined, closest, model }) {
    Object.assign(this, { declined, closest, model });
    if (understood && understood !== this.question) this.before.append(el("p", { class: "slide-understood" }, `Understood as: ${understood}`));
    if (closest && !declined) this.before.append(el("p", { class: "slide-unsure" }, "This may not be what you asked for. It comes closest:"));
    this.answer.classList.toggle("declined", declined);
  }

  on_slides({ slides }) {
    this.slides = slides;
  }

  on_citations({ citations }) {
    this.citations = citations;
    if (citations.length) this.act.go(citations[0]);
    else if (this.slides.length && !this.declined) this.act.go(this.slides[0]);
  }

  on_sentence({ text, citations, supported }) {
    if (!this.begun) this.answer.replaceChildren();
    this.begun = true;
    const marks = citations.map((at) => this.#mark(at));
    this.answer.append(el("span", { class: supported ? "sentence fresh" : "sentence fresh unsupported" }, text), ...marks, " ");
    if (!supported) this.doubtful = true;
  }

  on_workings({ workings }) {
    if (workings.length) this.after.append(el("dl", { class: "workings" }, el("dt", {}, "Worked out"), workings.map((one) => el("dd", {}, one))));
  }

  on_done({ answer }) {
    this.whole = answer;
    if (!this.begun) this.answer.replaceChildren(answer.text || "The slides do not say.");
    if (this.doubtful) this.after.append(el("p", { class: "aside" }, "What is underlined does not stand on the slides in these words."));
    if (this.citations.length) this.after.append(this.#sources());
    else if (this.slides.length) this.after.append(this.#nearest());
    if (answer.model) this.after.append(el("p", { class: "aside" }, `Worded by ${answer.model} and checked against the slides.`));
  }

  #mark(at) {
    const cited = this.citations[at];
    if (!cited) return null;
    const label = `Source ${at + 1}: ${cited.deck_name}, slide ${cited.slide}`;
    return el("button", { type: "button", class: "cite", "aria-label": label, title: label, onclick: () => this.act.go(cited) }, el("span", {}, String(at + 1)));
  }

  #sources() {
    const item = (cited, at) => el("li", {}, el("button", { type: "button", class: "source", onclick: () => this.act.go(cited) },
      el("span", { class: "source-number" }, String(at + 1)),
      el("span", {}, el("span", { class: "source-place" }, place(cited)), el("span", { class: "source-quote" }, cited.quote)), at === 0 ? small(cited) : null));
    return el("ol", { class: "slide-sources", "aria-label": "Sources" }, this.citations.map(item));
  }

  #nearest() {
    const item = (one) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => this.act.go(one) }, place(one)));
    return el("div", { class: "slide-nearest" }, el("p", { class: "aside" }, "Looked at:"), el("ul", {}, this.slides.slice(0, NEAREST).map(item)));
  }

  #ended(words) {
    if (!this.begun) this.answer.remove();
    const again = el("button", { type: "button", class: "again", onclick: () => this.act.again(this) }, "Ask again");
    this.after.append(el("div", { class: "trouble", role: "alert" }, icon("warn"), el("p", {}, words), again));
  }
}

const place = (one) => [one.deck_name, `slide ${one.slide}`, one.slide_title].filter(Boolean).join(" · ");
// Where the slide does not stand beside the answer: a small picture of it, which no wide window asks for.
const small = ({ deck, slide }) => {
  const img = el("img", { class: "source-slide", loading: "lazy", alt: "", src: slidePicture(deck, slide, 640) });
  img.addEventListener("error", () => img.remove());
  return img;
};
const dots = () => el("span", { class: "thinking", role: "img", "aria-label": "The slides are searched" }, el("i"), el("i"), el("i"));

function said(error) {
  if (error instanceof ApiError) return error.message;
  if (error.cause !== undefined) return error.message; // a stream that broke off
  throw error;
}

// Grows with what is typed, sends on Enter.
export function composer(send) {
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    send($("question").value.trim());
  });
  $("question").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("ask").requestSubmit();
  });
}

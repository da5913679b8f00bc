// The slide that is shown: its picture, what is marked on it, the strip of all slides, its text.

import { slideDrawing, slideOf, slidePicture } from "./api.js";
import { $, el } from "./dom.js";
import { slideText } from "./slides_text.js";
import { bring, overlay, shape, Zoom } from "./stage.js";
import { guarded } from "./trouble.js";

const FORWARD = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
const RESTS = 120; // milliseconds on one slide before it is asked for: who leafs through a deck does not want them all
const WIDE = 1.7778; // width over height, until a picture says otherwise
const PLACES = { notes: "In the speaker notes", table: "In a table", chart: "In a chart", picture: "In a picture", diagram: "In a diagram" };

export class SlideStage {
  // ``turned(number)`` is told which slide of the deck is wanted.
  constructor(turned) {
    Object.assign(this, { turned, deck: null, number: 0, width: 0, ratio: WIDE, made: "" });
    const { svg, groups } = overlay(["light"]);
    this.light = groups[0];
    this.img = el("img", { alt: "", draggable: "false", fetchpriority: "high" });
    this.note = el("p", { class: "paper-note" });
    this.img.addEventListener("load", () => this.#loaded(true));
    this.img.addEventListener("error", () => this.img.getAttribute("src") && this.#loaded(false));
    $("paper").append(this.img, svg, this.note);
    $("paper").style.aspectRatio = WIDE;
    this.zoom = new Zoom((wanted) => this.#sized(wanted));
    $("before").addEventListener("click", () => this.step(-1));
    $("after").addEventListener("click", () => this.step(1));
    $("text-fold").addEventListener("toggle", () => this.#fillText());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  // Shows a slide of a deck; ``cited`` is the citation that it bears out, or null.
  show(deck, number, cited = null) {
    const same = this.deck?.id === deck.id && this.number === number;
    Object.assign(this, { deck, number });
    this.update(deck);
    if (!same) this.#draw();
    this.#mark(cited);
    for (const one of $("strip").children) one.firstChild.toggleAttribute("aria-current", Number(one.dataset.number) === number);
    this.#centre($("strip").children[number - 1]);
  }

  // The deck has news: more slides may be ready.
  update(deck) {
    this.deck = deck;
    $("where").textContent = `${this.number} of ${deck.slides}`;
    $("before").disabled = this.number <= 1;
    $("after").disabled = this.number >= deck.slides;
    this.#strip();
    if (this.unread && this.number <= deck.ready) this.#draw();
  }

  step(by) {
    const wanted = this.number + by;
    if (this.deck && wanted >= 1 && wanted <= this.deck.slides) this.turned(wanted);
  }

  clear() {
    Object.assign(this, { deck: null, number: 0, made: "", asked: false });
    clearTimeout(this.timer);
    this.img.removeAttribute("src");
    $("strip").replaceChildren();
  }

  #draw() {
    const { state, ready } = this.deck;
    this.asked = false;
    this.unread = state === "reading" && this.number > ready;
    this.width = 0;
    this.img.removeAttribute("src");
    this.img.classList.remove("there");
    this.img.alt = `Slide ${this.number} of ${this.deck.title || this.deck.name}`;
    this.note.textContent = this.unread ? "This slide is being read …" : "The slide is drawn …";
    this.note.hidden = false;
    this.read = null;
    $("sketch").hidden = true;
    $("text").replaceChildren();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), RESTS);
  }

  #ask() {
    if (this.unread || !this.deck) return;
    this.asked = true;
    this.zoom.draw();
    this.#fillText();
  }

  // Says so when the picture is a sketch of the layout. What cannot be drawn says that by its picture.
  async #honest(id, number) {
    const drawn = await slideDrawing(id, number).catch(() => null);
    if (this.deck?.id === id && this.number === number) $("sketch").hidden = drawn?.how !== "sketch";
  }

  async #fillText() {
    if (!$("text-fold").open || this.read || !this.asked) return;
    const { id } = this.deck;
    const { number } = this;
    this.read = "asked";
    await guarded(async () => {
      const slide = await slideOf(id, number);
      if (this.deck?.id === id && this.number === number) $("text").replaceChildren(...slideText(slide));
    });
  }

  #mark(cited) {
    const boxes = cited?.boxes ?? [];
    const drawn = ({ left, top, width, height }) => shape("rect", { x: left, y: top, width, height, class: "lit" });
    this.light.replaceChildren(...boxes.map(drawn));
    $("quote").hidden = !cited;
    if (!cited) return;
    const place = PLACES[cited.kind];
    $("quote").replaceChildren(...[place ? `${place}: ` : "", el("mark", {}, cited.quote)].filter(Boolean));
    const first = boxes[0];
    if (first) bring(first.left + first.width / 2, first.top + first.height / 2);
    else bring(0, 0);
  }

  // One button for each slide; those that are read have their picture.
  #strip() {
    const { id, slides, ready, state } = this.deck;
    const made = `${id} ${slides}`;
    if (this.made !== made) $("strip").replaceChildren(...Array.from({ length: slides }, (_, at) => this.#thumb(at + 1)));
    this.made = made;
    const shown = state === "reading" ? ready : slides;
    for (const item of $("strip").querySelectorAll(".unread")) {
      if (Number(item.dataset.number) > shown) return;
      item.classList.remove("unread");
      const img = el("img", { loading: "lazy", fetchpriority: "low", alt: "", src: slidePicture(id, item.dataset.number, 320) });
      img.addEventListener("error", () => img.remove());
      item.firstChild.prepend(img);
    }
  }

  #thumb(number) {
    return el("li", { class: "unread", "data-number": number },
      el("button", { type: "button", class: "thumb", "aria-label": `Slide ${number}`, onclick: () => this.turned(number) },
        el("span", { "aria-hidden": "true" }, String(number))));
  }

  #centre(item) {
    if (!item) return;
    const strip = $("strip");
    strip.scrollTo({ left: item.offsetLeft - strip.offsetLeft - (strip.clientWidth - item.clientWidth) / 2 });
  }

  #key(event) {
    const by = FORWARD[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || $("desk").hidden) return;
    if (event.target.closest("input, textarea, select, dialog, .table-room")) return;
    if (event.target === $("stage") && this.zoom.scale > 1) return; // there the arrows scroll
    event.preventDefault();
    this.step(by);
  }

  #sized(wanted) {
    const width = wanted > 1300 ? 2560 : 1280;
    if (!this.deck || !this.asked || this.width >= width) return;
    this.width = width;
    this.img.src = slidePicture(this.deck.id, this.number, width);
  }

  #loaded(worked) {
    this.img.classList.toggle("there", worked);
    this.note.textContent = "This slide cannot be drawn; its text is below.";
    this.note.hidden = worked;
    if (!worked) return;
    $("paper").style.aspectRatio = this.img.naturalWidth / this.img.naturalHeight;
    this.#honest(this.deck.id, this.number);
  }
}

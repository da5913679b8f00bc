// A page of a document: its picture, the boxes over it in fractions of the page, what is lit, and picking words.

import { $, el } from "./dom.js";
import { bring, overlay, shape, Zoom } from "./stage.js";

function area(polygon, kind, title) {
  const node = shape("polygon", { points: polygon.map((point) => point.join(",")).join(" "), class: kind });
  if (title) {
    const said = shape("title", {});
    said.textContent = title;
    node.append(said);
  }
  return node;
}

const boundsOf = (polygon) => {
  const [across, down] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return { left: Math.min(...across), top: Math.min(...down), right: Math.max(...across), bottom: Math.max(...down) };
};

export class Sheet {
  // ``touched(number)`` is told which answer's box the pointer is on, or null.
  constructor(touched) {
    Object.assign(this, { touched, page: 0, words: [], picking: null, turned: 0, ratio: null });
    const { svg, groups } = overlay(["words", "answers", "light", "picked"]);
    Object.assign(this, { svg, layers: groups });
    this.zoom = new Zoom((wanted) => this.#sized(wanted));
    this.img = el("img", { alt: "", draggable: "false" });
    this.note = el("p", { class: "paper-note" });
    this.img.addEventListener("load", () => this.#loaded(true));
    this.img.addEventListener("error", () => this.img.getAttribute("src") && this.#loaded(false));
    this.inner = el("div", { class: "paper-inner" }, this.img, this.svg);
    $("paper").append(this.inner, this.note);
    $("words")?.addEventListener("change", () => this.svg.classList.toggle("no-words", !$("words").checked));
    $("turn").addEventListener("click", () => this.turn(this.turned + 90));
    $("stage").addEventListener("keydown", (event) => this.#key(event));
    this.svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.svg.addEventListener("pointermove", (event) => this.#move(event));
    this.svg.addEventListener("pointerup", (event) => this.#up(event));
    this.svg.addEventListener("pointercancel", () => this.#dropped());
    this.zoom.draw();
  }

  // Shows a page; ``address(width)`` is where its picture is, ``ratio`` its width over its height where that is known.
  show(address, page, ratio) {
    this.page = page;
    this.address = address;
    this.img.alt = `Page ${page} of the document`;
    this.img.classList.remove("there");
    this.note.textContent = "The page is drawn …";
    this.note.hidden = false;
    this.ratio = ratio ?? this.ratio ?? 0.75;
    this.turn(0);
    this.width = 0;
    this.setWords([]);
    this.setAnswers([]);
    this.zoom.draw();
  }

  // Turns the view clockwise, so that text that stands on its side can be read.
  turn(degrees) {
    this.turned = ((degrees % 360) + 360) % 360;
    const aside = this.turned % 180 === 90;
    const ratio = aside ? 1 / this.ratio : this.ratio; // of the view; that of the picture is this.ratio
    $("paper").style.aspectRatio = ratio;
    this.inner.style.width = aside ? `${100 / ratio}%` : "100%";
    this.inner.style.height = aside ? `${100 * ratio}%` : "100%";
    this.inner.style.transform = `translate(-50%, -50%) rotate(${this.turned}deg)`;
  }

  clear() {
    this.img.removeAttribute("src");
    this.stopPicking();
    this.address = null;
  }

  setWords(lines) {
    this.words = lines.flatMap((line) => line.words);
    const doubtful = (word) => (word.confidence < 0.6 ? "word doubtful" : "word");
    this.layers[0].replaceChildren(...this.words.map((word) => area(word.polygon, doubtful(word), word.text)));
  }

  // Boxes of the answers that stand on this page.
  setAnswers(answers) {
    this.layers[2].replaceChildren();
    this.layers[1].replaceChildren(
      ...answers.filter((one) => one.page === this.page && one.polygon).map((one) => {
        const node = area(one.polygon, "found", `${one.alias || one.text}: ${one.answer}`);
        node.dataset.number = one.number;
        node.addEventListener("pointerenter", () => this.touched(one.number));
        node.addEventListener("pointerleave", () => this.touched(null));
        return node;
      }),
    );
  }

  // Lights places: [{page, polygon, kind}]; those of other pages are left out.
  light(places) {
    const here = places.filter((place) => place?.polygon && place.page === this.page);
    this.layers[2].replaceChildren(...here.map((place) => area(place.polygon, `lit-${place.kind ?? "answer"}`)));
  }

  // Scrolls the place into the middle of the stage.
  bring(place) {
    if (!place?.polygon) return;
    const { left, top, right, bottom } = boundsOf(place.polygon);
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const [u, v] = { 0: [x, y], 90: [1 - y, x], 180: [1 - x, 1 - y], 270: [y, 1 - x] }[this.turned];
    bring(u, v);
  }

  // -- picking words ---------------------------------------------------------------------------------------

  // ``picked`` is told the text of the words and their place whenever the choice changes.
  pick(picked) {
    this.picking = { picked, from: null, at: -1, anchor: -1 };
    this.svg.classList.add("picking");
    $("pick-note").textContent = this.words.length
      ? "Click a word, or drag across several. With keys: arrows move, Shift adds words."
      : "Drag a frame around the place, if you like.";
    $("pick-note").hidden = false;
  }

  stopPicking() {
    this.picking = null;
    this.svg.classList.remove("picking");
    $("pick-note").hidden = true;
    this.layers[3].replaceChildren();
  }

  // Where on the page the pointer is, however the view is turned.
  #at(event) {
    const box = $("paper").getBoundingClientRect();
    const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return { 0: [u, v], 90: [v, 1 - u], 180: [1 - u, 1 - v], 270: [1 - v, u] }[this.turned];
  }

  #down(event) {
    if (!this.picking || event.button !== 0) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.picking.from = this.#at(event);
    this.#frame(this.picking.from, this.picking.from);
  }

  #move(event) {
    if (this.picking?.from) this.#frame(this.picking.from, this.#at(event));
  }

  #up(event) {
    if (!this.picking?.from) return;
    const [a, b] = [this.picking.from, this.#at(event)];
    this.picking.from = null;
    const frame = { left: Math.min(a[0], b[0]), right: Math.max(a[0], b[0]), top: Math.min(a[1], b[1]), bottom: Math.max(a[1], b[1]) };
    this.#take(this.words.filter((word) => touches(boundsOf(word.polygon), frame)), frame);
  }

  #dropped() {
    if (this.picking) this.picking.from = null;
    this.layers[3].replaceChildren();
  }

  #frame([ax, ay], [bx, by]) {
    this.layers[3].replaceChildren(area([[ax, ay], [bx, ay], [bx, by], [ax, by]], "frame"));
  }

  #take(words, frame) {
    if (!words.length) {
      const drawn = frame && frame.right - frame.left > 0.01 && frame.bottom - frame.top > 0.005;
      if (!drawn) return this.layers[3].replaceChildren();
      return this.picking.picked("", { page: this.page, left: frame.left, top: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top });
    }
    const bounds = words.map((word) => boundsOf(word.polygon));
    const [left, top] = [Math.min(...bounds.map((one) => one.left)), Math.min(...bounds.map((one) => one.top))];
    const [right, bottom] = [Math.max(...bounds.map((one) => one.right)), Math.max(...bounds.map((one) => one.bottom))];
    this.layers[3].replaceChildren(...words.map((word) => area(word.polygon, "picked")));
    const within = (value) => Math.min(1, Math.max(0, value));
    const place = { page: this.page, left: within(left), top: within(top), width: within(right) - within(left), height: within(bottom) - within(top) };
    this.picking.picked(words.map((word) => word.text).join(" "), place);
  }

  #key(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key === "+" || event.key === "-") {
      event.preventDefault();
      this.zoom.step(event.key === "+" ? 1 : -1);
    } else if (this.picking && event.key in steps && this.words.length) {
      event.preventDefault();
      const held = this.picking;
      held.at = Math.min(this.words.length - 1, Math.max(0, held.at + steps[event.key]));
      if (!event.shiftKey || held.anchor < 0) held.anchor = held.at;
      const [first, last] = [Math.min(held.at, held.anchor), Math.max(held.at, held.anchor)];
      this.#take(this.words.slice(first, last + 1));
      this.bring(this.words[held.at]);
    }
  }

  // -- size ------------------------------------------------------------------------------------------------

  #sized(wanted) {
    if (!this.address || (this.width ?? 0) >= wanted) return;
    this.width = wanted;
    this.img.src = this.address(wanted);
  }

  #loaded(worked) {
    this.img.classList.toggle("there", worked);
    this.note.textContent = "The picture of this page cannot be shown.";
    this.note.hidden = worked;
    if (!worked) return;
    this.ratio = this.img.naturalWidth / this.img.naturalHeight;
    this.turn(this.turned);
  }
}

// Whether enough of the word lies in the frame: a slack drag takes no words of the lines beside it.
function touches(word, frame) {
  const across = Math.min(word.right, frame.right) - Math.max(word.left, frame.left);
  const down = Math.min(word.bottom, frame.bottom) - Math.max(word.top, frame.top);
  if (across < 0 || down < 0) return false;
  const [width, height] = [word.right - word.left, word.bottom - word.top];
  const thin = frame.bottom - frame.top < height / 2 || frame.right - frame.left < width / 2; // a click, or a stroke
  return thin || (across * down) / (width * height) > 0.35;
}

// A page in its layers: the picture, a layer that is wiped over it, and places in fractions of the page.

import { $, el } from "./dom.js";
import { bring, overlay, shape, Zoom } from "./stage.js";

const frame = (box, kind) => shape("rect", { x: box.left, y: box.top, width: box.width, height: box.height, class: kind });

export class Layers {
  // ``address(layer, width)`` is where the picture of a layer of the present page is.
  constructor() {
    Object.assign(this, overlay(["suspects", "light"]), { layer: "picture", ratio: 0.75, address: null, width: 0 });
    this.zoom = new Zoom((wanted) => this.#sized(wanted));
    this.picture = el("img", { alt: "", draggable: "false" });
    this.over = el("img", { alt: "", class: "over", draggable: "false" });
    this.edge = el("i", { class: "wipe-edge" });
    this.note = el("p", { class: "paper-note", role: "status" });
    for (const img of [this.picture, this.over]) {
      img.addEventListener("load", () => this.#loaded(img, true));
      img.addEventListener("error", () => img.getAttribute("src") && this.#loaded(img, false));
    }
    $("paper").append(this.picture, this.over, this.edge, this.svg, this.note);
    $("places").addEventListener("change", () => this.svg.classList.toggle("no-places", !$("places").checked));
    $("wipe").addEventListener("input", () => this.#wiped());
    $("layers").addEventListener("change", (event) => this.choose(event.target.value));
    $("stage").addEventListener("keydown", (event) => "+-".includes(event.key) && this.zoom.step(event.key === "+" ? 1 : -1));
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  // Shows a page; ``ratio`` is its width over its height where that is known.
  show(address, page, ratio) {
    Object.assign(this, { address, width: 0, ratio: ratio ?? this.ratio });
    this.picture.alt = `Page ${page} of the document`;
    for (const img of [this.picture, this.over]) {
      img.classList.remove("there");
      img.removeAttribute("src");
    }
    $("paper").style.aspectRatio = this.ratio;
    this.suspect([]);
    this.light([]);
    this.zoom.draw();
    this.choose(this.layer);
  }

  clear() {
    this.address = null;
    for (const img of [this.picture, this.over]) img.removeAttribute("src");
  }

  // Places that are suspected: [{left, top, width, height}], fractions of the page.
  suspect(boxes) {
    this.groups[0].replaceChildren(...boxes.map((box) => frame(box, "suspect")));
  }

  light(boxes) {
    this.groups[1].replaceChildren(...boxes.map((box) => frame(box, "lit")));
    this.svg.classList.toggle("lighting", boxes.length > 0);
  }

  // Scrolls a place into the middle of the stage.
  bring(box) {
    bring(box.left + box.width / 2, box.top + box.height / 2);
  }

  choose(layer) {
    this.layer = layer;
    const chosen = document.querySelector(`#layers input[value="${layer}"]`);
    chosen.checked = true;
    $("layer-says").textContent = chosen.dataset.says;
    const plain = layer === "picture";
    $("wipe").disabled = plain;
    this.over.classList.remove("there");
    if (plain || !this.address) this.over.removeAttribute("src");
    else {
      this.over.src = this.address(layer, this.width);
      this.#say("The layer is drawn …");
    }
    this.#wiped();
  }

  #key(event) {
    const typing = event.target.closest?.("dialog, textarea, input[type=text]");
    const inputs = [...$("layers").querySelectorAll("input")];
    const chosen = inputs[Number(event.key) - 1];
    if (!chosen || typing || event.ctrlKey || event.metaKey || event.altKey || !this.address) return;
    event.preventDefault();
    this.choose(chosen.value);
  }

  #wiped() {
    const share = Number($("wipe").value);
    this.over.style.clipPath = `inset(0 ${100 - share}% 0 0)`;
    this.edge.style.left = `${share}%`;
    this.edge.hidden = this.layer === "picture" || share === 0 || share === 100;
  }

  #sized(wanted) {
    if (!this.address || this.width >= wanted) return;
    this.width = wanted;
    if (!this.picture.classList.contains("there")) this.#say("The page is drawn …");
    this.picture.src = this.address("picture", wanted);
    if (this.layer !== "picture") this.over.src = this.address(this.layer, wanted);
  }

  #say(words) {
    this.note.textContent = words;
    this.note.hidden = false;
  }

  #loaded(img, worked) {
    img.classList.toggle("there", worked);
    if (!worked) return this.#say(img === this.over ? "This layer cannot be shown." : "The picture of this page cannot be shown.");
    const waiting = this.over.getAttribute("src") && !this.over.classList.contains("there");
    this.note.hidden = this.picture.classList.contains("there") && !waiting;
    if (img !== this.picture) return;
    this.ratio = img.naturalWidth / img.naturalHeight;
    $("paper").style.aspectRatio = this.ratio;
  }
}

// The stage on which a page lies: its size, what is scrolled into view, and the drawing over it.

import { $ } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const SCALES = [0.5, 0.75, 1, 1.5, 2, 3, 4];

// An element of a drawing in fractions of the page.
export function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// A drawing over the whole page, with a group of the class "layer-NAME" for each name, the first one lowest.
export function overlay(names) {
  const svg = shape("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  const groups = names.map((name) => shape("g", { class: `layer-${name}` }));
  svg.append(...groups);
  return { svg, groups };
}

// How large the page is shown, by the buttons "smaller" and "larger"; ``changed(pixels)`` is told how wide a picture
// that wants.
export class Zoom {
  constructor(changed) {
    Object.assign(this, { changed, scale: 1 });
    $("smaller").addEventListener("click", () => this.step(-1));
    $("larger").addEventListener("click", () => this.step(1));
  }

  step(by) {
    const at = SCALES.indexOf(this.scale) + by;
    if (at < 0 || at >= SCALES.length) return;
    this.scale = SCALES[at];
    this.draw();
  }

  draw() {
    $("paper").style.width = `${this.scale * 100}%`;
    $("scale").textContent = `${this.scale * 100} %`;
    $("smaller").disabled = this.scale === SCALES[0];
    $("larger").disabled = this.scale === SCALES.at(-1);
    this.changed(this.scale * $("stage").clientWidth * Math.min(2, window.devicePixelRatio) > 1300 ? 2600 : 1300);
  }
}

// Scrolls a point, in fractions of the paper, into the middle of the stage, and the stage into the window.
export function bring(x, y) {
  const [stage, paper] = [$("stage"), $("paper")];
  stage.scrollTo({ left: x * paper.clientWidth - stage.clientWidth / 2, top: y * paper.clientHeight - stage.clientHeight / 2 });
  const at = stage.getBoundingClientRect();
  if (at.top < 0 || at.bottom > window.innerHeight) stage.scrollIntoView({ block: "nearest" });
}

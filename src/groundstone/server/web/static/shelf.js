// The list of documents that are kept for a while, how a document is described, and how it is deleted.

import { dropDocument } from "./api.js";
import { $, el } from "./dom.js";
import { guarded } from "./trouble.js";

const KINDS = { "application/pdf": "PDF", "image/tiff": "TIFF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP", "image/heic": "HEIC" };
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const count = (number) => (number === 1 ? "1 page" : `${number} pages`);
const until = (one) => time.format(new Date(one.expires));

// "JPEG · 1 page · kept until 3 May, 10:15"
export function described(one) {
  return [KINDS[one.media_type] ?? one.media_type, count(one.page_count), `kept until ${until(one)}`].join(" · ");
}

// An entry of the list; ``states`` are words for its status, where there is something to say.
export function listed(one, states) {
  const about = [count(one.page_count), states[one.status], `until ${until(one)}`].filter(Boolean).join(" · ");
  return el("li", {}, el("a", { class: "model shelf-link", href: `#${one.id}` },
    el("span", { class: "model-name" }, one.name), el("small", {}, about)));
}

// The button "delete" asks first; ``id`` gives the document, ``gone`` is told when it is deleted.
export function deletes(id, gone) {
  $("delete").addEventListener("click", () => {
    const dialog = $("sure");
    dialog.returnValue = "keep";
    dialog.addEventListener("close", () => dialog.returnValue === "delete" && guarded(async () => {
      await dropDocument(id());
      gone();
    }), { once: true });
    dialog.showModal();
  });
}

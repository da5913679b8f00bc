// Documents that are kept for a while: how one is sent, listed, described and deleted.

import { ApiError, documents, dropDocument, upload } from "./api.js";
import { $, el } from "./dom.js";
import { guarded, trouble } from "./trouble.js";

const MEGABYTE = 2 ** 20;
const WORDS = $("zone").querySelector(".drop-words").textContent;
const KINDS = { "application/pdf": "PDF", "image/tiff": "TIFF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WebP", "image/heic": "HEIC" };
const time = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const count = (number) => (number === 1 ? "1 page" : `${number} pages`);
const until = (one) => time.format(new Date(one.expires));

// "JPEG · 1 page · kept until 3 May, 10:15"
export function described(one) {
  return [KINDS[one.media_type] ?? one.media_type, count(one.page_count), `kept until ${until(one)}`].join(" · ");
}

// Whether a file is too large to be sent; says so.
export function tooLarge(file) {
  const most = document.body.dataset.most;
  if (file.size <= Number(most) * MEGABYTE) return false;
  trouble(new ApiError("too_large", `${file.name} is larger than ${most} MB.`));
  return true;
}

// Does the work while the place where files are dropped says what is done.
export async function busy(saying, work) {
  const words = $("zone").querySelector(".drop-words");
  $("zone").classList.add("busy");
  words.textContent = saying;
  await guarded(work);
  $("zone").classList.remove("busy");
  words.textContent = WORDS;
  for (const input of $("zone").querySelectorAll("input[type=file]")) input.value = "";
}

// Sends a file, puts its address into the history and hands what the server made of it to ``show``.
export async function send(file, show) {
  if (!file) return;
  $("trouble").hidden = true;
  if (tooLarge(file)) return;
  const form = new FormData();
  form.append("file", file, file.name || "picture.png");
  await busy(`${file.name || "The picture"} is sent …`, async () => {
    const made = await upload(form);
    history.pushState(null, "", `#${made.id}`);
    await show(made);
  });
}

// Fills the list; ``states`` are words for the status of a document, where there is something to say.
export async function list(states) {
  await guarded(async () => {
    const found = (await documents()).documents;
    $("recent").hidden = found.length === 0;
    $("documents").replaceChildren(...found.map((one) => listed(one, states)));
  });
}

// The document of the address is gone: the beginning, with the words that say so.
export async function startWithTrouble(start) {
  const words = $("trouble").textContent;
  await start();
  $("trouble").textContent = words;
  $("trouble").hidden = false;
}

function listed(one, states) {
  const about = [count(one.page_count), states[one.status], `until ${until(one)}`].filter(Boolean).join(" · ");
  return el("li", {}, el("a", { class: "model shelf-link", href: `#${one.id}` },
    el("span", { class: "model-name" }, one.name), el("small", {}, about)));
}

// The button "delete" asks first; ``id`` gives the document, ``gone`` is told when it is deleted by ``drop``.
export function deletes(id, gone, drop = dropDocument) {
  $("delete").addEventListener("click", () => {
    const dialog = $("sure");
    dialog.returnValue = "keep";
    dialog.addEventListener("close", () => dialog.returnValue === "delete" && guarded(async () => {
      const which = id();
      await drop(which);
      gone(which);
    }), { once: true });
    dialog.showModal();
  });
}

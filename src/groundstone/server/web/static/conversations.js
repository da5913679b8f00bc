// The column of conversations: open, rename, delete.

import * as api from "./api.js";
import { $, el, iconButton } from "./dom.js";
import { Panel, wide } from "./sheets.js";

const list = $("talks");
const panel = new Panel($("rail"), $("rail-sheet"), $("rail-body"), $("open-rail"));
let actions = {};
let current = null;
let known = [];

// ``given``: kb, open(id), left() when the open conversation was deleted, fail(error)
export function setUp(given) {
  actions = given;
  $("open-rail").addEventListener("click", () => panel.toggle());
  if (wide.matches) panel.open();
  return refresh();
}

export async function refresh(open = current) {
  current = open;
  known = await api.conversations(actions.kb);
  draw();
}

export function tidy() {
  if (!wide.matches) panel.close();
}

function draw() {
  list.replaceChildren(...known.filter((item) => item.title).map(row));
  $("talks-empty").hidden = list.hasChildNodes();
}

function row(talk) {
  const here = talk.id === current;
  const open = el(
    "button",
    { type: "button", class: "talk-open", "data-id": talk.id, "aria-current": here ? "true" : null, title: talk.title, onclick: () => actions.open(talk.id) },
    el("span", {}, talk.title),
  );
  const tools = el(
    "span",
    { class: "talk-tools" },
    iconButton("pencil", `Rename: ${talk.title}`, () => rename(item, talk)),
    iconButton("bin", `Delete: ${talk.title}`, () => remove(talk)),
  );
  const item = el("li", { class: `talk${here ? " current" : ""}` }, open, tools);
  return item;
}

function rename(item, talk) {
  const input = el("input", { value: talk.title, maxlength: 200, "aria-label": "New title" });
  let settled = false;
  const finish = async (keep, byKey = false) => {
    if (settled) return;
    settled = true;
    const title = input.value.trim();
    if (keep && title && title !== talk.title) await api.rename(talk.id, title).catch(actions.fail);
    await refresh().catch(actions.fail);
    if (byKey) list.querySelector(`[data-id="${talk.id}"]`)?.focus();
  };
  input.addEventListener("blur", () => finish(true));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") finish(true, true);
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      finish(false, true);
    }
  });
  item.replaceChildren(input);
  input.select();
}

function remove(talk) {
  const dialog = $("delete-dialog");
  $("delete-name").textContent = `“${talk.title}” and its answers will be gone.`;
  dialog.returnValue = "cancel";
  dialog.showModal();
  const decided = async () => {
    if (dialog.returnValue !== "delete") return;
    await api.remove(talk.id).catch(actions.fail);
    if (talk.id === current) actions.left();
    await refresh().catch(actions.fail);
  };
  dialog.addEventListener("close", decided, { once: true });
}

// The form of a new load run: who is asked, by which load, with what requests.

import { $, el } from "./dom.js";

const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
const number = (id) => Number($(id).value) || 0;
const option = (value, words = value) => el("option", { value }, words);

export function fill(choices) {
  const instances = Object.entries(choices.instances).map(([name, count]) => option(name, `${name} (${count})`));
  const machines = choices.accelerators.flatMap((name) => [1, 2, 4, 8].map((count) => option(`${count} x ${name}`)));
  const places = () => [el("optgroup", { label: "Instances" }, instances.map((one) => one.cloneNode(true))), el("optgroup", { label: "Accelerators" }, machines.map((one) => one.cloneNode(true)))];
  $("sim-model").replaceChildren(...choices.models.map((name) => option(name)));
  $("sim-instance").replaceChildren(...places());
  $("theory-model").replaceChildren(option("", "not known"), ...choices.models.map((name) => option(name)));
  $("theory-instance").replaceChildren(...places());
  $("wire").replaceChildren(...choices.wires.map((name) => option(name)));
  $("targets").replaceChildren(...choices.targets.map((address) => option(address)));
  $("allowed").textContent = [choices.loopback ? "ports of this machine" : "", choices.targets.length ? "addresses of load.toml" : ""].filter(Boolean).join(" and ") || "none is allowed by load.toml";
  $("engine").replaceChildren(...choices.engines.map((one) => option(one.name)));
  document.querySelector('input[name="asked"][value="engine"]').closest("label").hidden = !choices.engines.length;
  const models = () => $("engine-model").replaceChildren(...(choices.engines.find((one) => one.name === $("engine").value)?.models ?? []).map((name) => option(name)));
  $("engine").addEventListener("change", models);
  models();
}

// Shows the fields of what is chosen, and hides the others from everybody.
export function arrange() {
  for (const [group, value] of [["asked", chosen("asked")], ["profile", chosen("profile")]]) {
    for (const part of document.querySelectorAll(`[data-${group}]`)) {
      part.hidden = !part.dataset[group].split(" ").includes(value);
      for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
    }
  }
}

// What is sent: times in seconds, empty fields left out.
export function order() {
  const asked = chosen("asked");
  const profile = chosen("profile");
  const plan = {
    read: $("read").value.trim(), write: $("write").value.trim(), timeout: number("timeout") || 60, shared: number("shared"),
    requests: number("requests"), seconds: number("seconds"), until_stable: number("until-stable"),
    first_token: number("first-token") / 1000, per_token: number("per-token") / 1000, end_to_end: number("end-to-end") / 1000,
  };
  if (profile === "sweep") plan.most = number("most") || 64;
  if (profile === "levels") Object.assign(plan, { concurrency: levels(), processes: number("processes") || 1 });
  if (profile === "rate") Object.assign(plan, { rate: number("rate"), ...(number("ramp") ? { ramp: number("ramp") } : { burstiness: Number($("arrive").value) || 0 }) });
  if (asked === "url") Object.assign(plan, { url: $("url").value.trim(), wire: $("wire").value, model: $("model").value.trim() });
  if (asked === "engine") plan.model = $("engine-model").value;
  const body = { title: $("title").value.trim(), plan, price: number("price") };
  if (asked === "engine") body.engine = $("engine").value;
  if (asked === "simulation") body.simulation = { place: place("sim-model", "sim-instance", number("sim-degree"), number("sim-replicas") || 1), speed: number("sim-speed") || 1, most: number("sim-most") || 128 };
  else if ($("theory-model").value) body.theory = place("theory-model", "theory-instance", 0, 1);
  return body;
}

function levels() {
  return $("levels").value.split(/[\s,;]+/).filter(Boolean).map(Number).filter((count) => Number.isInteger(count));
}

const place = (model, instance, degree, replicas) => ({ model: $(model).value, instance: $(instance).value, degree, replicas });

// Fills the form with what a kept run asked for.
export function restore(run) {
  const { plan, simulation, engine, theory, price } = run.order;
  const pick = (group, value) => { document.querySelector(`input[name="${group}"][value="${value}"]`).checked = true; };
  pick("asked", simulation ? "simulation" : engine ? "engine" : "url");
  pick("profile", plan.rate ? "rate" : plan.concurrency.length ? "levels" : "sweep");
  const set = (id, value) => { $(id).value = value || ""; };
  if (simulation) {
    for (const [id, value] of [["sim-model", simulation.place.model], ["sim-instance", simulation.place.instance], ["sim-degree", simulation.place.degree], ["sim-replicas", simulation.place.replicas], ["sim-speed", simulation.speed], ["sim-most", simulation.most]]) set(id, value);
  } else {
    set("url", engine ? "" : plan.url);
    set("model", plan.model);
    set("theory-model", theory?.model);
    if (theory) set("theory-instance", theory.instance);
  }
  $("wire").value = plan.wire;
  if (engine) $("engine").value = engine;
  for (const name of ["read", "write", "shared", "requests", "seconds", "timeout", "processes"]) $(name).value = plan[name] || (name === "shared" ? 0 : "");
  for (const [id, name] of [["first-token", "first_token"], ["per-token", "per_token"], ["end-to-end", "end_to_end"]]) set(id, 1000 * plan[name]);
  set("until-stable", plan.until_stable);
  if (plan.rate) for (const [id, name] of [["rate", "rate"], ["ramp", "ramp"]]) set(id, plan[name]);
  if (plan.concurrency.length) set("levels", plan.concurrency.join(", "));
  set("most", plan.most);
  set("price", price);
  set("title", run.title);
  arrange();
}

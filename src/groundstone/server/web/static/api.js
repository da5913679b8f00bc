// The native API. A failed call throws ApiError with the message that the server wrote for people.

import { events } from "./stream.js";

export class ApiError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  // The server will say the same again, however often it is asked.
  get refused() {
    return this.code.startsWith("invalid_");
  }
}

export const UNREACHABLE = new ApiError("unreachable", "The server cannot be reached. Your question is kept.");
export const GONE = new ApiError("conversation_gone", "This conversation is not there any more.");

async function call(method, path, body, options = {}) {
  const headers = { accept: options.accept ?? "application/json" };
  const form = body instanceof FormData; // its content type is the browser's to write
  if (body !== undefined && !form) headers["content-type"] = "application/json";
  const sent = body === undefined || form ? body : JSON.stringify(body);
  const request = { method, headers, body: sent, signal: options.signal };
  const response = await fetch(`/api${path}`, request).catch((error) => {
    throw error.name === "AbortError" ? error : UNREACHABLE;
  });
  if (response.status === 401) window.location.assign("/sign-in");
  if (response.status === 404 && path.startsWith("/conversations/")) throw GONE;
  if (!response.ok) throw await failure(response);
  return response;
}

async function failure(response) {
  const body = await response.json().catch(() => ({}));
  const said = body.error ?? { code: "internal", message: `The server answered with status ${response.status}.` };
  return new ApiError(said.code, said.message);
}

const json = async (...wanted) => (await call(...wanted)).json();
const at = (...parts) => "/" + parts.map(encodeURIComponent).join("/");

export const knowledgeBase = (name) => json("GET", at("knowledge-bases", name));
export const conversations = (kb) => json("GET", `/conversations?knowledge_base=${encodeURIComponent(kb)}`);
export const conversation = (id) => json("GET", at("conversations", id));
export const begin = (kb) => json("POST", "/conversations", { knowledge_base: kb });
export const rename = (id, title) => json("PATCH", at("conversations", id), { title });
export const remove = (id) => call("DELETE", at("conversations", id));
export const exportAddress = (id, format) => `/api${at("conversations", id)}/export?format=${format}`;

export const usage = (since, by) => json("GET", `/usage?from=${encodeURIComponent(since.toISOString())}&by=${by}`);
export const usageCalls = (since, limit) => json("GET", `/usage/calls?from=${encodeURIComponent(since.toISOString())}&limit=${limit}`);
export const usageKeys = () => json("GET", "/usage/keys");

export const models = () => json("GET", "/models");
export const customModels = () => json("GET", "/custom-models");
export const customModel = (name) => json("GET", at("custom-models", name));
export const customPicture = (name) => `/api${at("custom-models", name)}/confusion.svg`;
export const dropCustomModel = (name) => call("DELETE", at("custom-models", name));
export const classify = (name, texts) => json("POST", `${at("custom-models", name)}/classify`, { texts });
export const trainingJobs = () => json("GET", "/custom-model-jobs");
export const stopJob = (id) => json("POST", `${at("custom-model-jobs", id)}/stop`);
export const train = (form) => json("POST", "/custom-models", form);

export const documents = () => json("GET", "/documents");
export const upload = (form) => json("POST", "/documents", form);
export const documentState = (id) => json("GET", at("documents", id));
export const dropDocument = (id) => call("DELETE", at("documents", id));
export const pageWords = (id, page) => json("GET", `${at("documents", id)}/reading?page=${page}`);
export const pageLayout = (id, page) => json("GET", `${at("documents", id)}/layout?page=${page}`);
export const pagePicture = (id, page, width) => `/api${at("documents", id)}/pages/${page}.png?width=${width}`;
export const askDocument = (id, queries) => json("POST", `${at("documents", id)}/questions`, { queries });
export const documentAnswers = (id) => json("GET", `${at("documents", id)}/answers`);
export const correctAnswer = (id, number, body) => json("PUT", at("documents", id, "answers", number), body);
export const dropAnswer = (id, number) => call("DELETE", at("documents", id, "answers", number));
export const documentExport = (id, form, page) => `/api${at("documents", id)}/export?form=${form}&page=${page}`;

export const forensicsAddress = (id) => `/api${at("documents", id)}/forensics`;
export const documentForensics = (id, wait) => json("GET", `${at("documents", id)}/forensics?wait=${wait}`);
export const forensicsLayer = (id, layer, page, width) => `${forensicsAddress(id)}/layers/${layer}.png?page=${page}&width=${width}`;

const cases = (app, ...rest) => at("verification", app, "cases", ...rest);
export const verificationProgress = (app) => json("GET", at("verification", app, "progress"));
export const listCases = (app, query) => json("GET", `${cases(app)}?${new URLSearchParams(query)}`);
export const sendCase = (app, form) => json("POST", cases(app), form);
export const caseOf = (app, id) => json("GET", cases(app, id));
export const caseHistory = (app, id) => json("GET", cases(app, id, "history"));
export const casePicture = (app, id, page, width) => `/api${cases(app, id)}/pages/${page}.png?width=${width}`;
export const caseTable = (app, id) => `/api${cases(app, id)}/table.csv`;
export const correctCase = (app, id, body) => json("POST", cases(app, id, "corrections"), body);
export const decideCase = (app, id, body) => json("POST", cases(app, id, "decision"), body);
export const actOnCase = (app, id, act) => json("POST", cases(app, id, act)); // retry, drop, cancel
export const dropCase = (app, id) => call("DELETE", cases(app, id));

const slides = (...rest) => at("slides", "decks", ...rest);
export const slideDecks = () => json("GET", slides());
export const addDeck = (form) => json("POST", slides(), form);
export const addSampleDecks = () => json("POST", "/slides/samples");
export const retryDeck = (id) => json("POST", slides(id, "retry"));
export const dropDeck = (id) => call("DELETE", slides(id));
export const slideOf = (id, number) => json("GET", slides(id, "slides", number));
export const slideDrawing = (id, number) => json("GET", `${slides(id, "slides", number)}/drawing?width=1280`);
export const slidePicture = (id, number, width) => `/api${slides(id, "slides", number)}.png?width=${width}`;
export const deckFile = (id) => `/api${slides(id, "file")}`;

// The news of decks until nothing is being read any more; "done" ends it.
export async function* deckNews(signal) {
  const response = await call("GET", "/slides/progress", undefined, { accept: "text/event-stream", signal });
  yield* events(response.body, signal);
}

// The events of an answer out of slides. Throws ApiError when the stream says so or breaks off.
export async function* askSlides(body, signal) {
  const response = await call("POST", "/slides/ask", body, { accept: "text/event-stream", signal });
  yield* whole(events(response.body, signal));
}

const loadRun = (...rest) => at("load-runs", ...rest);
export const loadRuns = (search) => json("GET", `${loadRun()}?search=${encodeURIComponent(search)}`);
export const loadChoices = () => json("GET", loadRun("choices"));
export const startLoadRun = (body) => json("POST", loadRun(), body);
export const importLoadRun = (report, title) => json("POST", `${loadRun("import")}?title=${encodeURIComponent(title)}`, report);
export const loadRunOf = (id) => json("GET", loadRun(id));
export const labelLoadRun = (id, body) => json("PATCH", loadRun(id), body);
export const stopLoadRun = (id) => json("POST", loadRun(id, "stop"));
export const dropLoadRun = (id) => call("DELETE", loadRun(id));
export const compareLoadRuns = (ids) => json("GET", `${loadRun("compare")}?${ids.map((id) => `run=${encodeURIComponent(id)}`).join("&")}`);
export const adviseLoad = (body) => json("POST", loadRun("advice"), body);
export const loadReport = (id, form) => `/api${loadRun(id)}/report.${form}`;

// The news of a load run until it has ended.
export async function* loadRunNews(id, signal) {
  const response = await call("GET", loadRun(id, "events"), undefined, { accept: "text/event-stream", signal });
  yield* whole(events(response.body, signal));
}

export const build = (what, body) => json("POST", `/builder/${what}`, body);

export function rate(id, turn, rating, comment = "") {
  return call("POST", `${at("conversations", id)}/turns/${turn}/feedback`, { rating, comment });
}

// The picture of a page, or slide, of a document of a knowledge base.
export const documentPage = (kb, id, page, width) => `/api/knowledge-bases/${encodeURIComponent(kb)}/pages/${id.split("/").map(encodeURIComponent).join("/")}?page=${page}&width=${width}`;

export function documentOf(kb, id) {
  const path = id.split("/").map(encodeURIComponent).join("/");
  return json("GET", `${at("knowledge-bases", kb)}/documents/${path}`);
}

// Brings the documents up to their source; ``progress`` is told of every step. Returns the report.
export async function sync(kb, progress) {
  const response = await call("POST", `${at("knowledge-bases", kb)}/sync`, undefined, { accept: "text/event-stream" });
  for await (const { kind, data } of events(response.body)) {
    if (kind === "error") throw new ApiError(data.code, data.message);
    if (kind === "report") return data;
    progress(data);
  }
  throw new ApiError("unreachable", "The connection broke off before all documents were read.");
}

// The events of an answer, as they come. Throws ApiError when the stream says so or breaks off.
export async function* ask(kb, body, signal) {
  const path = `${at("knowledge-bases", kb)}/ask`;
  const response = await call("POST", path, body, { accept: "text/event-stream", signal });
  yield* whole(events(response.body, signal));
}

// The events of an answer, up to the last; an error among them, or an end before the end, is thrown.
async function* whole(stream) {
  let done = false;
  for await (const event of stream) {
    if (event.kind === "error") throw new ApiError(event.data.code, event.data.message);
    done ||= event.kind === "done";
    yield event;
  }
  if (!done) throw new ApiError("unreachable", "The connection broke off before the answer was complete.");
}

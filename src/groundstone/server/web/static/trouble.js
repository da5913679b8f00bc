// What goes wrong between a page and its server, said where the person looks.

import { ApiError } from "./api.js";
import { $ } from "./dom.js";

// Shows an error of the API in the element `place`; any other error is a fault of the page and goes on.
export function trouble(error, place = "trouble") {
  if (!(error instanceof ApiError)) throw error;
  $(place).textContent = error.code === "unreachable" ? "The server cannot be reached. Is it running?" : error.message;
  $(place).hidden = false;
}

// Does the work, or shows why not, tells `failed`, and gives null.
export async function guarded(work, place = "trouble", failed = null) {
  try {
    $(place).hidden = true;
    return await work();
  } catch (error) {
    trouble(error, place);
    await failed?.(error);
    return null;
  }
}

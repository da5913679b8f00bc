// Server-sent events over fetch: EventSource can neither post nor be read as a loop.

// Yields { kind, data } for every event of a byte stream.
export async function* events(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (pending + value).split("\n\n");
      pending = blocks.pop();
      yield* blocks.map(parsed).filter(Boolean);
    }
  } catch (error) {
    throw signal?.aborted ? new DOMException("stopped", "AbortError") : broken(error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parsed(block) {
  const lines = block.split("\n");
  const kind = lines.find((line) => line.startsWith("event: "))?.slice(7);
  const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
  return kind ? { kind, data: JSON.parse(data.join("\n")) } : null;
}

function broken(error) {
  return Object.assign(new Error("The connection broke off before the answer was complete."), { cause: error });
}

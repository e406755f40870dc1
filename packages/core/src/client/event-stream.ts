/** Text of server-sent events → events. Keeps to the part of the format that prediction servers use. */

export interface RawEvent {
  readonly event: string;
  readonly data: string;
}

/** Yields whole events, however the text was cut. Comments and unknown fields are skipped. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<RawEvent> {
  let event = "message";
  let data: string[] = [];
  for await (const line of readLines(chunks)) {
    if (line === "") {
      if (data.length > 0) yield { event, data: data.join("\n") };
      event = "message";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
}

async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // Joined once: a line of many chunks would otherwise be read again with each of them.
  let begun: string[] = [];
  for await (const chunk of chunks) {
    const [first = "", ...more] = chunk.split("\n");
    begun.push(first);
    for (const next of more) {
      const line = begun.join("");
      begun = [next];
      yield line.endsWith("\r") ? line.slice(0, -1) : line;
    }
  }
}

/** A body as text. Not by `for await` over the stream: some browsers cannot iterate it. */
export async function* textOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      yield decoder.decode(read.value, { stream: true });
    }
  } finally {
    await reader.cancel();
  }
}

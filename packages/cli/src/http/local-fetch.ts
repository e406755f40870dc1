/**
 * The part of fetch that the client needs, over node:http. Node's own fetch costs a short command more than everything
 * else it does: it brings an HTTP parser in WebAssembly, which is compiled on first use and waited for at exit.
 */
import { request } from "node:http";
import { type Duplex, pipeline, Readable } from "node:stream";
import type { Answer, Fetch } from "@cog/core/client";

export const localFetch: Fetch = fetchThrough();

/** @param through what an answer passes before anybody reads it */
export function fetchThrough(through?: () => Duplex): Fetch {
  return (url, { method = "GET", headers = {}, body, signal }) =>
    new Promise((resolve, reject) => {
      const call = request(url, { method, headers, agent: false, ...(signal && { signal }) }, (message) => {
        resolve(answerOf(message.statusCode, through === undefined ? message : passed(message, through())));
      });
      call.once("error", (error) => reject(signal?.aborted === true ? signal.reason : error));
      call.end(body);
    });
}

function passed(message: Readable, through: Duplex): Readable {
  // Its errors come out of the other end.
  pipeline(message, through, () => undefined);
  return through;
}

function answerOf(status: number | undefined, message: Readable): Answer {
  return {
    status: status ?? 0,
    get body() {
      // Node's web streams and the global ones are the same, but not to the type checker.
      return Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>;
    },
    text: () => textOf(message),
    json: async () => JSON.parse(await textOf(message)),
  };
}

async function textOf(message: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

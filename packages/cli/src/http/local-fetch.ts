/**
 * The part of fetch that the client needs, over node:http. Node's own fetch costs a short command more than everything
 * else it does: it brings an HTTP parser in WebAssembly, which is compiled on first use and waited for at exit.
 */
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import type { Answer, Fetch } from "@cog/core/client";

export const localFetch: Fetch = (url, { method = "GET", headers = {}, body, signal }) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: false, ...(signal && { signal }) }, (message) => {
      resolve(answerOf(message));
    });
    call.once("error", (error) => reject(signal?.aborted === true ? signal.reason : error));
    call.end(body);
  });

function answerOf(message: IncomingMessage): Answer {
  return {
    status: message.statusCode ?? 0,
    get body() {
      // Node's web streams and the global ones are the same, but not to the type checker.
      return Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>;
    },
    text: () => textOf(message),
    json: async () => JSON.parse(await textOf(message)),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

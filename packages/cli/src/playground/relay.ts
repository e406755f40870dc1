/** Webhooks of models on their way to the page: what is posted to a token goes to everybody who listens to it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerError, answerJson } from "./answer.ts";

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const MOST_AT_ONCE = 16;
const LONGEST_TOKEN = 128;
const KEEP_ALIVE_MS = 15_000;
/** A page that reads so slowly is gone. */
const LARGEST_BACKLOG_BYTES = 64 * 1024 * 1024;

export class WebhookRelay {
  readonly #listeners = new Map<string, Set<ServerResponse>>();
  #receiving = 0;

  /** `POST /webhook/<token>` */
  async receive(request: IncomingMessage, response: ServerResponse, token: string): Promise<void> {
    if (request.method !== "POST") return answerError(response, 405, "webhooks are sent with POST", { Allow: "POST" });
    const wrong = problemOf(token);
    if (wrong !== undefined) return answerError(response, 400, wrong);
    if (this.#listeners.get(token) === undefined) return answerError(response, 503, "nobody listens to this token");
    if (this.#receiving >= MOST_AT_ONCE) return answerError(response, 429, "too many webhooks at once");
    this.#receiving++;
    try {
      const body = await readBody(request);
      // What is left of it is not read.
      if (body === undefined)
        return answerError(response, 413, "the webhook is larger than 10 MiB", { Connection: "close" });
      for (const listener of this.#listeners.get(token) ?? []) send(listener, body);
      answerJson(response, 200, {});
    } finally {
      this.#receiving--;
    }
  }

  /** `GET /events?token=` */
  listen(response: ServerResponse, token: string): void {
    const wrong = problemOf(token);
    if (wrong !== undefined) return void answerError(response, 400, wrong);
    const listeners = this.#listeners.get(token) ?? new Set();
    this.#listeners.set(token, listeners.add(response));
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(": listening\n\n");
    const timer = setInterval(() => response.write(": keep-alive\n\n"), KEEP_ALIVE_MS);
    response.once("close", () => {
      clearInterval(timer);
      listeners.delete(response);
      if (listeners.size === 0 && this.#listeners.get(token) === listeners) this.#listeners.delete(token);
    });
  }
}

function problemOf(token: string): string | undefined {
  if (token === "") return "no token";
  return token.length > LONGEST_TOKEN ? `the token is longer than ${LONGEST_TOKEN} characters` : undefined;
}

/** Undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not end the connection: the answer is still to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(listener: ServerResponse, body: string): void {
  if (listener.writableLength > LARGEST_BACKLOG_BYTES) return void listener.destroy();
  const lines = body.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  listener.write(`${lines.join("")}\n`);
}

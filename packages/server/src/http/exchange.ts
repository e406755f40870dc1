/** The narrow interface between endpoints and the HTTP library: a request in, an answer out. */
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { RejectionReason } from "#metrics";
import type { JsonBody, Piece, RawValue } from "#raw-json";
import { holdLong, isLong, readPieces } from "#raw-json";

export interface Request {
  readonly method: string;
  /** The template of the path, as in the route table. */
  readonly route: string;
  /** The decoded `{id}` of the path; "" where the route has none. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  /** Throws a `Refusal` when it is not JSON. */
  body(): Promise<JsonBody>;
  /** Calls back when the client goes away before it has its answer. */
  onGone(callback: () => void): void;
}

export type Answer =
  | JsonAnswer
  /** `type`: another content type than plain text. */
  | { readonly kind: "text"; readonly status: number; readonly body: string; readonly type?: string }
  | { readonly kind: "html"; readonly status: number; readonly body: string }
  | { readonly kind: "empty"; readonly status: number; readonly allow?: string }
  /** The endpoint writes the response itself. */
  | { readonly kind: "stream"; readonly open: (response: ServerResponse) => void };

interface JsonAnswer {
  readonly kind: "json";
  readonly status: number;
  readonly body: Body;
  readonly headers?: ExtraHeaders | undefined;
  /** To be called when it has been written, or will not be. */
  readonly release?: (() => void) | undefined;
}

type ExtraHeaders = Readonly<Record<string, string>>;

/** A text, or the pieces of one. */
export type Body = string | readonly Piece[];

export type Handler = (request: Request) => Answer | Promise<Answer>;

export function json(status: number, body: string | object, headers?: ExtraHeaders): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return headers === undefined ? { kind: "json", status, body: text } : { kind: "json", status, body: text, headers };
}

/** `json` of what is JSON already, and may be longer than memory should hold. */
export function rawAnswer(status: number, body: RawValue, headers?: ExtraHeaders): Answer {
  return { kind: "json", status, body, headers, release: typeof body === "string" ? undefined : holdLong(body) };
}

/** Of an answer that nobody is there to get. */
export function discard(answer: Answer): void {
  if (answer.kind === "json") answer.release?.();
}

/** `json`, for a client that had better come again. */
export function tryLater(status: number, body: object): Answer {
  return json(status, body, { "Retry-After": String(RETRY_AFTER_SECONDS) });
}

/** Thrown to stop with an answer. */
export class Refusal extends Error {
  readonly answer: Answer;
  /** Why, in a word: for counting. */
  readonly reason: RejectionReason;

  constructor(answer: Answer, reason: RejectionReason = "invalid") {
    super("refused");
    this.answer = answer;
    this.reason = reason;
  }
}

/** A polite interval; nobody knows when a slot will be free. */
const RETRY_AFTER_SECONDS = 1;

const CONTENT_TYPES = {
  json: "application/json",
  text: "text/plain; charset=utf-8",
  html: "text/html; charset=utf-8",
} as const;

export function write(response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case "stream":
      answer.open(response);
      return;
    case "empty":
      response.writeHead(answer.status, { ...(answer.allow ? { Allow: answer.allow } : {}), "Content-Length": 0 });
      response.end();
      return;
    case "json":
    case "text":
    case "html":
      writeBody(response, answer);
      return;
  }
}

/** What is longer goes out as bytes: for text Node would set three times its length aside, and clear it. */
const LONG_CHARACTERS = 16 * 1024;

function writeBody(response: ServerResponse, answer: Extract<Answer, { kind: keyof typeof CONTENT_TYPES }>): void {
  const { kind, status } = answer;
  const pieces = typeof answer.body === "string" ? [answer.body] : answer.body;
  if (answer.kind === "json" && answer.release !== undefined) response.once("close", answer.release);
  if ("headers" in answer) for (const name in answer.headers) response.setHeader(name, answer.headers[name] ?? "");
  const type = "type" in answer ? answer.type : CONTENT_TYPES[kind];
  const head = (length: number): string[] => ["Content-Type", type, "Content-Length", String(length)];
  const [only = ""] = pieces;
  if (pieces.length > 1 || typeof only !== "string" || only.length > LONG_CHARACTERS) {
    if (pieces.some(isLong)) {
      response.writeHead(status, head(pieces.reduce((sum, piece) => sum + bytesIn(piece), 0)));
      // One that goes away, or a file that does, ends it.
      pipeline(readPieces(pieces), response).catch(() => response.destroy());
      return;
    }
    const parts = pieces.flatMap((piece) => (isLong(piece) ? [] : [bytesOf(piece)]));
    response.writeHead(status, head(parts.reduce((sum, part) => sum + part.length, 0)));
    response.cork();
    for (const part of parts) response.write(part);
    response.end();
    response.uncork();
    return;
  }
  const length = Buffer.byteLength(only);
  response.writeHead(status, head(length));
  response.end(only, encodingOf(only, length));
}

function bytesIn(piece: Piece): number {
  return typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
}

function bytesOf(piece: string | Buffer): Buffer {
  return typeof piece === "string" ? Buffer.from(piece, encodingOf(piece, Buffer.byteLength(piece))) : piece;
}

/** As many bytes as characters: plain ASCII, which is written without being encoded. */
function encodingOf(text: string, bytes: number): "latin1" | "utf8" {
  return text.length === bytes ? "latin1" : "utf8";
}

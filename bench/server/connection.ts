/**
 * One keep-alive HTTP/1.1 connection, kept thin: the client must cost far less than the servers it measures, and
 * on a small machine it shares their cores. One request at a time; it understands Content-Length and chunks.
 */
import { connect, type Socket } from "node:net";

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  /** The server will not take another request on this connection. */
  readonly closes: boolean;
}

/** Sees the pieces of a body as they arrive. */
type Watch = (piece: Buffer) => void;

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly watch: Watch | undefined;
  readonly pieces: Buffer[];
  head: Head | undefined;
}

interface Head {
  readonly status: number;
  readonly closes: boolean;
  /** Bytes until the end of the body, or of the current chunk; undefined before a chunk's size line. */
  remaining: number | undefined;
  readonly chunked: boolean;
  last: boolean;
}

const SILENCE_LIMIT_MS = 60_000;
const EMPTY = Buffer.alloc(0);

export class Connection {
  readonly #socket: Socket;
  #unread: Buffer = EMPTY;
  #pending: Pending | undefined;

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The server closed the connection before its answer was complete.")));
    socket.setTimeout(SILENCE_LIMIT_MS, () => socket.destroy(new Error(`No byte in ${SILENCE_LIMIT_MS} ms.`)));
  }

  send(request: Buffer, watch?: Watch): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject, watch, pieces: [], head: undefined };
      if (this.#socket.destroyed) this.#fail(new Error("The connection is closed."));
      else this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }

  #receive(bytes: Buffer): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    pending.head ??= this.#readHead();
    if (pending.head === undefined || !this.#readBody(pending, pending.head)) return;
    this.#pending = undefined;
    const [only, ...more] = pending.pieces;
    const body = more.length === 0 ? (only ?? EMPTY) : Buffer.concat(pending.pieces);
    pending.resolve({ status: pending.head.status, body, closes: pending.head.closes });
  }

  #readHead(): Head | undefined {
    const end = this.#unread.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const text = this.#unread.toString("latin1", 0, end).toLowerCase();
    this.#unread = this.#unread.subarray(end + 4);
    const chunked = text.includes("\r\ntransfer-encoding: chunked");
    const length = Number(/\r\ncontent-length: *(\d+)/.exec(text)?.[1] ?? 0);
    return {
      status: Number(text.slice(9, 12)),
      closes: text.includes("\r\nconnection: close"),
      remaining: chunked ? undefined : length,
      chunked,
      last: !chunked,
    };
  }

  /** True when the body is complete. */
  #readBody(pending: Pending, head: Head): boolean {
    for (;;) {
      if (head.remaining === undefined) {
        const end = this.#unread.indexOf("\r\n");
        if (end < 0) return false;
        const size = Number.parseInt(this.#unread.toString("latin1", 0, end), 16);
        this.#unread = this.#unread.subarray(end + 2);
        head.last = size === 0;
        // The line end that follows a chunk is taken with it.
        head.remaining = size + 2;
      }
      const framing = head.chunked ? 2 : 0;
      const taken = Math.min(head.remaining, this.#unread.length);
      const data = Math.min(taken, Math.max(0, head.remaining - framing));
      if (data > 0) {
        const piece = this.#unread.subarray(0, data);
        pending.pieces.push(piece);
        pending.watch?.(piece);
      }
      head.remaining -= taken;
      this.#unread = this.#unread.subarray(taken);
      if (head.remaining > 0) return false;
      if (head.last) return true;
      head.remaining = undefined;
    }
  }
}

/** `POST /predictions` as bytes, made once for many sends. */
export function predictionRequest(input: unknown, headers: Readonly<Record<string, string>> = {}): Buffer {
  return postRequest("/predictions", { input }, headers);
}

export function postRequest(path: string, content: unknown, headers: Readonly<Record<string, string>> = {}): Buffer {
  const body = Buffer.from(JSON.stringify(content));
  const lines = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

export function getRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
}

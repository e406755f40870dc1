/** A storage with the troubles of real ones: passes requests on to a real one, but for those that a test has plans with. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request as passOn, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** What happens to a request in place of the right answer. */
export type Trouble =
  | {
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The storage does what it is asked for, and the connection breaks before it can say so. */
  | "lost"
  /** The connection breaks after so many bytes of the answer. */
  | { readonly cutAfter: number }
  /** It never answers. */
  | "silent";

export interface StorageProxy {
  readonly url: string;
  /** `METHOD /path?query` of every request. */
  readonly log: readonly string[];
  close(): void;
}

/** @param plan which trouble a request has, of those whose log entry it is given; `count` is how many of that method came */
export async function storageProxy(
  storage: string,
  plan: (entry: string, count: number) => Trouble | undefined = () => undefined,
): Promise<StorageProxy> {
  const log: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    const entry = `${method} ${url}`;
    const count = (counts.get(method) ?? 0) + 1;
    counts.set(method, count);
    log.push(entry);
    // What was broken is broken on both sides, as it should be.
    answer(storage, { request, response }, plan(entry, count)).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(storage: string, exchange: Exchange, trouble: Trouble | undefined): Promise<void> {
  const { request, response } = exchange;
  if (trouble === "silent") return;
  if (typeof trouble === "object" && "status" in trouble) {
    request.resume();
    const body = trouble.code === undefined ? "" : `<Error><Code>${trouble.code}</Code><Message>No.</Message></Error>`;
    response.writeHead(trouble.status, trouble.headers).end(body);
    return;
  }
  // The host is part of what was signed: it is passed on as it came.
  const { method, url: path, headers } = request;
  const onward = passOn(storage, { method, path, headers });
  const answering = once(onward, "response") as Promise<[IncomingMessage]>;
  answering.catch(() => response.destroy());
  await pipeline(request, onward);
  const [given] = await answering;
  if (trouble === "lost") throw new Error("lost");
  response.writeHead(given.statusCode ?? 500, given.headers);
  await pipeline(given, cut(trouble?.cutAfter), response);
}

function cut(after: number | undefined) {
  return async function* (body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let passed = 0;
    for await (const bytes of body) {
      passed += bytes.length;
      if (after !== undefined && passed > after) throw new Error("cut");
      yield bytes;
    }
  };
}

/**
 * A registry with the troubles of real ones: passes requests on to a real one, and does to them what a test asks for.
 * Every fault answers for itself whether a request is its turn, so that each can be told to strike once, or always.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request as passOn, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

export interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** How many requests of this method and kind (`PATCH uploads`) came so far, with this one. */
  readonly count: number;
}

export interface Fault {
  /** `PATCH uploads`, `GET blobs`, `PUT manifests`, `GET tags`, `GET v2` */
  readonly at: string;
  /** Which of them, from 1; default: all. */
  readonly only?: readonly number[];
  /** Does not pass it on. */
  readonly instead?: (passing: Passing) => void | Promise<void>;
  /** Breaks the connection when so many bytes of the request's body have been passed on. */
  readonly cutAfter?: number;
  /** What becomes of the answer's headers. */
  readonly headers?: (headers: IncomingMessage["headers"], passing: Passing) => IncomingMessage["headers"];
  /** Breaks the connection when the registry has done what it was asked for, but before it has said so. */
  readonly dropAnswer?: boolean;
  /** Breaks the connection when so many bytes of the answer's body have been passed on. */
  readonly cutAnswerAfter?: number;
}

export interface FaultProxy {
  readonly host: string;
  /** `METHOD path`, with the digests and the session names left out. */
  readonly log: string[];
  /** The headers of all requests, in the same order. */
  readonly headers: IncomingMessage["headers"][];
  close(): Promise<void>;
}

export async function faultProxy(registry: string, faults: readonly Fault[] = []): Promise<FaultProxy> {
  const log: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const kind = kindOf(request);
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    log.push(kind);
    headers.push(request.headers);
    const fault = faults.find(({ at, only }) => at === kind && (only?.includes(count) ?? true));
    const passing = { request, response, count };
    const answered = fault?.instead === undefined ? pass(registry, passing, fault) : fault.instead(passing);
    // What was cut is broken on both sides, as it should be.
    Promise.resolve(answered).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    headers,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function kindOf({ method, url = "" }: IncomingMessage): string {
  const kind = /\/(uploads|blobs|manifests|tags)\//.exec(url.replace("/blobs/uploads/", "/uploads/"))?.[1] ?? "v2";
  return `${method} ${kind}`;
}

async function pass(registry: string, passing: Passing, fault: Fault | undefined): Promise<void> {
  const { request, response } = passing;
  const [hostname, port] = registry.split(":");
  const { method, url: path, headers } = request;
  // The registry names itself in `Location` as it is called, so its answers lead back to here.
  const onward = passOn({ hostname, port, method, path, headers });
  const answering = once(onward, "response") as Promise<[IncomingMessage]>;
  answering.catch(() => response.destroy());
  await pipeline(request, cut(fault?.cutAfter, onward, response), onward);
  const [answer] = await answering;
  const headersNow = fault?.headers?.(answer.headers, passing) ?? answer.headers;
  if (fault?.dropAnswer === true) throw new Error("dropped");
  response.writeHead(answer.statusCode ?? 500, headersNow);
  await pipeline(answer, cut(fault?.cutAnswerAfter, onward, response), response);
}

function cut(after: number | undefined, ...ends: readonly { destroy(): unknown }[]) {
  return async function* (body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let passed = 0;
    for await (const bytes of body) {
      if (after !== undefined && passed + bytes.length > after) {
        yield bytes.subarray(0, after - passed);
        for (const end of ends) end.destroy();
        return;
      }
      passed += bytes.length;
      yield bytes;
    }
  };
}

/** An answer that a registry, or something before it, gives in place of the right one. */
export function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): NonNullable<Fault["instead"]> {
  return ({ request, response }) => {
    request.resume();
    response.writeHead(status, headers).end(body);
  };
}

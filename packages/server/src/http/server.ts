/** node:http in front of the route table. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "#log";
import type { HttpExchange } from "#metrics";
import { readJsonBody } from "./body.ts";
import type { Answer, Request } from "./exchange.ts";
import { discard, json, Refusal, write } from "./exchange.ts";
import type { Match, Route } from "./routes.ts";
import { createRouter } from "./routes.ts";
import { Turns } from "./turns.ts";

/** Longer than clients and balancers keep an idle connection, so that they are the ones to close it. */
const KEEP_ALIVE_MS = 75_000;
const BACKLOG = 4096;

/** A client that went before there was an answer, as some balancers write it. */
const CLIENT_GONE = 499;

export class HttpServer {
  readonly #server: Server;
  readonly #log: Log;
  readonly #find: ReturnType<typeof createRouter>;
  readonly #onAnswered: ((exchange: HttpExchange) => void) | undefined;
  readonly #turns = new Turns();
  #stopping = false;
  #open = 0;
  #idle: (() => void)[] = [];

  /** @param onAnswered for those who measure */
  constructor(routes: readonly Route[], log: Log, onAnswered?: (exchange: HttpExchange) => void) {
    this.#find = createRouter(routes);
    this.#log = log;
    this.#onAnswered = onAnswered;
    // The first event of a stream must not wait for the client's delayed acknowledgement.
    const options = { noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS };
    this.#server = createServer(options, (request, response) => this.#take(request, response));
  }

  /** Resolves with the port. */
  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: host.replace(/^\[|\]$/g, ""), port, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#log.error(error.message));
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Refuses new connections. Resolves when the open requests have their answers. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#server.close();
    this.#server.closeIdleConnections();
    if (this.#open > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    this.#open += 1;
    this.#turns.take(message.socket, {
      start: () => void this.#handle(message, response),
      drop: () => this.#closed(),
    });
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = message;
    const end = url.indexOf("?");
    const match = this.#find(method, end < 0 ? url : url.slice(0, end));
    const beganMs = this.#onAnswered === undefined ? 0 : performance.now();
    // One listener a request, for all of its uses.
    let gone: (() => void) | undefined;
    response.on("close", () => {
      this.#closed();
      const code = response.headersSent ? response.statusCode : CLIENT_GONE;
      this.#onAnswered?.({ method, route: match.route, code, seconds: (performance.now() - beganMs) / 1000 });
      if (!response.writableFinished) gone?.();
      this.#turns.done(message.socket);
    });
    if (this.#stopping) response.shouldKeepAlive = false;
    const answer = await this.#answer(match, message, response, (callback) => {
      gone = callback;
    });
    if (response.destroyed) {
      discard(answer);
      return;
    }
    if (this.#stopping) response.shouldKeepAlive = false;
    // An unread body would be taken for the next request.
    if (!message.complete && answer.kind !== "stream") response.setHeader("Connection", "close");
    write(response, answer);
  }

  async #answer(
    match: Match,
    message: IncomingMessage,
    response: ServerResponse,
    onGone: Request["onGone"],
  ): Promise<Answer> {
    if ("answer" in match) return match.answer;
    const { method = "GET" } = message;
    const request: Request = {
      method,
      route: match.route,
      id: match.id,
      headers: message.headers,
      body: () => readJsonBody(message),
      onGone,
    };
    try {
      return await match.handler(request);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (response.destroyed) return json(500, {}); // The client went away while it sent its body.
      this.#log.error(`${method} ${match.route} failed`, {
        error: error instanceof Error ? error.stack : String(error),
      });
      return json(500, { detail: "Internal server error." });
    }
  }

  #closed(): void {
    this.#open -= 1;
    if (!this.#stopping) return;
    this.#server.closeIdleConnections();
    if (this.#open === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

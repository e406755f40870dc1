/** A real HTTP server for tests that remembers what it was sent: webhooks, uploads, downloads. */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

export type Reply = (request: Received, response: ServerResponse) => void;

export class Receiver {
  readonly url: string;
  readonly received: Received[] = [];
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** @param reply default: 200, empty */
  static async start(reply: Reply = (_, response) => response.end()): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const receiver = new Receiver(server);
    server.on("request", (request, response) => void receiver.#take(request, response, reply));
    return receiver;
  }

  /** Resolves when `find` is satisfied. */
  until(find: (received: readonly Received[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (find(this.received)) resolve();
        else this.#waiting.push(look);
      };
      look();
    });
  }

  close(): void {
    // Answers under way still leave: a sender must not take the end of a test for a failure.
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "", headers } = request;
    const bytes = Buffer.concat(chunks);
    const received = { method, path: url, headers, body: bytes.toString(), bytes };
    reply(received, response);
    this.received.push(received);
    for (const look of this.#waiting.splice(0)) look();
  }
}

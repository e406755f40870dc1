/** The playground's server: the page, its configuration, a way to any model's server, and one for webhooks back. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "@cog/core/errors";
import { version } from "@cog/core/version";
import { answerError, answerJson, PROTECTION } from "./answer.ts";
import { type Asset, readAssets } from "./assets.ts";
import { refusalOf } from "./guard.ts";
import { passOn } from "./proxy.ts";
import { WebhookRelay } from "./relay.ts";

export interface PlaygroundOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** The model's server that the page begins with. */
  readonly target: string;
  /** The name that models reach this machine by. */
  readonly webhookHost: string;
}

export interface RunningPlayground {
  readonly port: number;
  /** Ends open streams too. */
  close(): Promise<void>;
}

interface Playground {
  readonly options: PlaygroundOptions;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly relay: WebhookRelay;
}

/** Rejects with what the system says when it cannot listen there. */
export async function startPlayground(options: PlaygroundOptions): Promise<RunningPlayground> {
  const playground = { options, assets: readAssets(), relay: new WebhookRelay() };
  const server = createServer((request, response) => void serve(playground, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(playground: Playground, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(PROTECTION)) response.setHeader(name, value);
  try {
    await route(playground, request, response);
  } catch (error) {
    // The caller went away as it was read.
    if (response.headersSent || request.destroyed) return void response.destroy();
    answerError(response, 500, messageOf(error));
  }
}

async function route(
  { options, assets, relay }: Playground,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? "/";
  const [path = "/"] = url.split("?");
  // Models call from containers and other machines; a token is what lets them in.
  if (path.startsWith("/webhook/")) return await relay.receive(request, response, decoded(path.slice(9)));
  const refusal = refusalOf({
    address: request.socket.remoteAddress,
    host: request.headers.host,
    origin: request.headers.origin,
    site: oneOf(request.headers["sec-fetch-site"]),
  });
  if (refusal !== undefined) return answerError(response, 403, refusal);
  if (path === "/proxy" || path.startsWith("/proxy/")) return passOn(request, response, url.slice("/proxy".length));
  if (request.method !== "GET" && request.method !== "HEAD")
    return answerError(response, 405, `${path} is read with GET`, { Allow: "GET, HEAD" });
  if (path === "/config") return answerJson(response, 200, configOf(options, request.socket.localPort));
  if (path === "/events" && request.method === "GET")
    return relay.listen(response, new URLSearchParams(url.slice(path.length)).get("token") ?? "");
  const asset = assets.get(path);
  if (asset === undefined) return answerError(response, 404, `there is nothing at ${path}`);
  response.writeHead(200, asset.headers);
  response.end(asset.body);
}

/** What the page asks for at its start. */
function configOf({ target, webhookHost }: PlaygroundOptions, port: number | undefined) {
  return { target, webhookBase: `http://${webhookHost}:${port}`, cogVersion: version };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not encoded, then
  }
}

function oneOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}

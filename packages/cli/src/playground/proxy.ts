/** Passes a request of the page on to the model's server, and the answer back as it comes. */
import { type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline } from "node:stream";
import { answerError, PROTECTION } from "./answer.ts";
import { requestHeaders, responseHeaders } from "./headers.ts";
import { proxyTarget } from "./target.ts";

/** A model may say a lot in its headers; more than this is not read. */
const LARGEST_ANSWER_HEAD_BYTES = 128 * 1024;

/** @param path below `/proxy`, with its query */
export function passOn(request: IncomingMessage, response: ServerResponse, path: string): void {
  const named = request.headers["x-cog-target"];
  const target = proxyTarget(typeof named === "string" ? named : undefined, path);
  if (!target.ok) return void answerError(response, 400, target.error);
  const { url } = target;
  const upstream = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
    method: request.method,
    headers: requestHeaders(request.headers),
    maxHeaderSize: LARGEST_ANSWER_HEAD_BYTES,
    // A connection of its own: one that was kept might be closed by the other end as we use it.
    agent: false,
  });
  upstream.once("response", (answer) => {
    const status = answer.statusCode ?? 502;
    response.writeHead(status, { ...responseHeaders(status, answer.headers), ...lowerCased(PROTECTION) });
    // Before the first byte of the body: a stream may take its time.
    response.flushHeaders();
    pipeline(answer, response, () => {}); // either end may leave; then the other is closed
  });
  upstream.once("error", (error: NodeJS.ErrnoException) => {
    if (response.headersSent) return void response.destroy();
    // What is left of the request has nowhere to go.
    const headers = request.complete ? {} : { Connection: "close" };
    answerError(response, 502, `cannot reach ${url.origin}: ${error.code ?? error.message}`, headers);
  });
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
}

/** Named as the model's headers are, so that ours replace them. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * Requests that this server makes: webhooks, uploads, downloads. The platform's fetch, unless proxies, certificates
 * or limits are configured: then undici with an agent that honours them, loaded only in that case.
 */
import type { ProxySettings } from "#settings";
import type { Closed } from "./closed-addresses.ts";

const HAS_CREDENTIALS = /^https?:\/\/[^/?#]*@/i;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Way extends ProxySettings {
  /** Addresses not to connect to. */
  readonly closed?: Closed;
}

export function createFetch(way: Way): Fetch {
  if (!way.enabled && way.certificates === undefined && way.closed === undefined)
    return withCredentials((url, init) => fetch(url, init));
  let made: Promise<Fetch> | undefined;
  return withCredentials(async (url, init) => {
    made ??= import("./agent.ts").then(({ fetchThroughAgent }) => fetchThroughAgent(way));
    return (await made)(url, init);
  });
}

/** fetch hides the reason (`ECONNREFUSED`, a bad certificate) in the cause. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
}

/** fetch refuses URLs with a user name and a password, which other clients send as basic authentication. */
function withCredentials(send: Fetch): Fetch {
  return async (url, init) => {
    if (!HAS_CREDENTIALS.test(url)) return send(url, init);
    const bare = new URL(url);
    const { username, password } = bare;
    bare.username = bare.password = "";
    const headers = new Headers(init.headers);
    const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    if (!headers.has("Authorization")) headers.set("Authorization", `Basic ${pair.toString("base64")}`);
    return send(bare.href, { ...init, headers });
  };
}

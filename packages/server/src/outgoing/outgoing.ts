/**
 * Requests that this server makes: webhooks, uploads, downloads. The platform's fetch, unless proxies or certificates are
 * configured: then undici with an agent that honours them, loaded only in that case.
 */
import { readFileSync } from "node:fs";
import type { ProxySettings } from "#settings";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export function createFetch({ enabled, certificates }: ProxySettings): Fetch {
  if (!enabled && certificates === undefined) return (url, init) => fetch(url, init);
  let made: Promise<Fetch> | undefined;
  return async (url, init) => {
    made ??= fetchThroughAgent({ enabled, certificates });
    return (await made)(url, init);
  };
}

async function fetchThroughAgent({ enabled, certificates }: ProxySettings): Promise<Fetch> {
  const { Agent, EnvHttpProxyAgent, fetch: undiciFetch } = await import("undici");
  const tls = certificates === undefined ? {} : { ca: readFileSync(certificates) };
  const dispatcher = enabled
    ? new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls })
    : new Agent({ connect: tls });
  // Two declarations of one standard: undici's own and the platform's.
  return (url, init) =>
    undiciFetch(url, { ...init, dispatcher } as Parameters<typeof undiciFetch>[1]) as unknown as Promise<Response>;
}

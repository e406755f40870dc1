/**
 * fetch with an agent of its own, for proxies and certificates. The one module that imports undici, and by name: a bundle
 * gives whoever loads a CommonJS package late its default export alone.
 */
import { readFileSync } from "node:fs";
import { Agent, EnvHttpProxyAgent, fetch } from "undici";
import type { ProxySettings } from "#settings";
import type { Fetch } from "./outgoing.ts";

export function fetchThroughAgent({ enabled, certificates }: ProxySettings): Fetch {
  const tls = certificates === undefined ? {} : { ca: readFileSync(certificates) };
  const dispatcher = enabled
    ? // Proxies in the field refuse tunnels to other ports than 443: what is not encrypted they forward.
      new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls, proxyTunnel: false })
    : new Agent({ connect: tls });
  // Two declarations of one standard: undici's own and the platform's.
  return (url, init) =>
    fetch(url, { ...init, dispatcher } as Parameters<typeof fetch>[1]) as unknown as Promise<Response>;
}

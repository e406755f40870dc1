/**
 * fetch with an agent of its own, for proxies, certificates and limits on where it may go. What needs undici is loaded with
 * this module, and imports it by name: a bundle gives whoever loads a CommonJS package late its default export alone.
 */
import { readFileSync } from "node:fs";
import { Agent, EnvHttpProxyAgent, fetch } from "undici";
import { guardedConnector } from "./closed-addresses.ts";
import type { Fetch, Way } from "./outgoing.ts";

export function fetchThroughAgent({ enabled, certificates, closed }: Way): Fetch {
  const tls = certificates === undefined ? {} : { ca: readFileSync(certificates) };
  // What goes through a proxy is the proxy's to judge.
  const connect = closed === undefined ? tls : guardedConnector(closed, tls);
  const dispatcher = enabled
    ? // Proxies in the field refuse tunnels to other ports than 443: what is not encrypted they forward.
      new EnvHttpProxyAgent({ connect, requestTls: tls, proxyTls: tls, proxyTunnel: false })
    : new Agent({ connect });
  // Two declarations of one standard: undici's own and the platform's.
  return (url, init) =>
    fetch(url, { ...init, dispatcher } as Parameters<typeof fetch>[1]) as unknown as Promise<Response>;
}

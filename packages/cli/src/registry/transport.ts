/** HTTP to registries: which scheme, through which proxy, with whose certificates, and what a redirect may see. */
import { rootCertificates } from "node:tls";
import { type Dispatcher, EnvHttpProxyAgent, fetch } from "undici";
import { RegistryError } from "./errors.ts";

export interface TransportOptions {
  /** Hosts, beside those of this machine, that are spoken to without encryption. */
  readonly insecureHosts: readonly string[];
  /** PEM text of certificate authorities to trust beside the system's. */
  readonly certificates?: string | undefined;
}

export interface Request {
  readonly method?: "GET" | "HEAD" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

const ANSWER_MS = 30_000;
const REDIRECTS = 5;

export class Transport {
  readonly #dispatcher: Dispatcher;
  readonly #insecureHosts: ReadonlySet<string>;

  constructor({ insecureHosts, certificates }: TransportOptions) {
    this.#insecureHosts = new Set(insecureHosts);
    const tls = certificates === undefined ? {} : { ca: [...rootCertificates, certificates] };
    this.#dispatcher = dispatcher(tls);
  }

  urlOf(host: string, path: string): string {
    return `${this.allowsPlain(host) ? "http" : "https"}://${host}${path}`;
  }

  /** Whether secrets may go to that host unencrypted: they stay on this machine, or somebody said so. */
  allowsPlain(host: string): boolean {
    const name = host.replace(/:\d+$/, "");
    return (
      name === "localhost" ||
      name.endsWith(".localhost") ||
      name === "[::1]" ||
      /^127(?:\.\d{1,3}){3}$/.test(name) ||
      this.#insecureHosts.has(host) ||
      this.#insecureHosts.has(name)
    );
  }

  /** Follows redirects of questions; who we are is told to the first host only. */
  async send(url: string, { method = "GET", headers = {}, body, signal }: Request): Promise<Answer> {
    let at = new URL(url);
    let sent = headers;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#sendOnce(at, { method, headers: sent, ...(body !== undefined && { body }), signal });
      const location = answer.headers.get("location");
      const asks = method === "GET" || method === "HEAD";
      if (!asks || location === null || ![301, 302, 303, 307, 308].includes(answer.status)) return answer;
      if (redirects === REDIRECTS) throw new RegistryError("unreachable", `${at.host} redirects in a circle`);
      if (!URL.canParse(location, at.href))
        throw new RegistryError("not-a-registry", `${at.host} redirects to what is no URL`);
      const next = new URL(location, at);
      if (next.origin !== at.origin) sent = withoutAuthorization(sent);
      at = next;
    }
  }

  async #sendOnce(url: URL, request: Request): Promise<Answer> {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      return await fetch(url, { ...request, signal, redirect: "manual", dispatcher: this.#dispatcher });
    } catch (error) {
      request.signal.throwIfAborted();
      const why = signal.aborted ? `no answer within ${ANSWER_MS / 1000} s` : reasonOf(error);
      throw new RegistryError("unreachable", `Cannot reach ${url.host}: ${why}`, error);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }
}

/** Follows HTTPS_PROXY and NO_PROXY. Proxies in the field make no tunnels to what is not encrypted. */
function dispatcher(tls: { readonly ca?: string[] }): Dispatcher {
  try {
    return new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls, proxyTunnel: false });
  } catch (error) {
    throw new RegistryError("unreachable", `HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy: ${reasonOf(error)}`);
  }
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}

/** fetch says only that it failed; the reason is what caused it. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}

/** HTTP to registries: which scheme, through which proxy, with whose certificates, and what a redirect may see. */
import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import type { Dispatcher, request } from "undici";
import { RegistryError } from "./errors.ts";

export interface TransportOptions {
  /** Hosts, beside those of this machine, that are spoken to without encryption. */
  readonly insecureHosts: readonly string[];
  /** PEM text of certificate authorities to trust beside the system's. */
  readonly certificates?: string | undefined;
}

/** What can be sent again: a redirect, a new token and another attempt each open it anew. */
export interface Body {
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface Request {
  readonly method?: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Body;
  readonly signal: AbortSignal;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Where the answer comes from in the end. */
  readonly url: URL;
}

/** An answer whose body is still to come: it must be read to its end, or discarded. */
export interface OpenAnswer extends AnswerHead {
  readonly body: AsyncIterable<Uint8Array>;
  discard(): Promise<void>;
}

export interface Answer extends AnswerHead {
  readonly bytes: Uint8Array;
  text(): string;
}

/** Nothing comes for so long, in an answer or before it. */
const SILENCE_MS = 30_000;
/** A registry may copy and hash all of a blob before it says that it has it. */
const SILENCE_AFTER_BODY_MS = 300_000;
const REDIRECTS = 5;
/** More than any manifest: it is held in memory. */
const MOST_BYTES = 32 * 1024 * 1024;

export class Transport {
  readonly #tls: { readonly ca?: string[] };
  readonly #insecureHosts: ReadonlySet<string>;
  #client: Promise<Client> | undefined;

  constructor({ insecureHosts, certificates }: TransportOptions) {
    this.#insecureHosts = new Set(insecureHosts);
    this.#tls = certificates === undefined ? {} : { ca: [...rootCertificates, certificates] };
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

  /** For answers that fit into memory. */
  async send(url: string, request: Request): Promise<Answer> {
    return await collect(await this.open(url, request), request.signal);
  }

  /** Follows redirects; who we are is told to the first host only. */
  async open(url: string, request: Request): Promise<OpenAnswer> {
    const { method = "GET", headers = {} } = request;
    let at = new URL(url);
    let sent = headers;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#openOnce(at, { ...request, method, headers: sent });
      const location = answer.headers.get("location");
      const follows = method === "GET" || method === "HEAD" ? [301, 302, 303, 307, 308] : [307, 308];
      if (location === null || !follows.includes(answer.status)) return answer;
      await answer.discard();
      if (redirects === REDIRECTS) throw new RegistryError("unreachable", `${at.host} redirects in a circle`);
      if (!URL.canParse(location, at.href))
        throw new RegistryError("not-a-registry", `${at.host} redirects to what is no URL`);
      const next = new URL(location, at);
      if (!/^https?:$/.test(next.protocol))
        throw new RegistryError("not-a-registry", `${at.host} redirects to what is no web address`);
      if (next.origin !== at.origin) {
        // A form may hold a password; blobs hold nothing that the other host would not have anyway.
        if (typeof request.body === "string" && request.body !== "")
          throw new RegistryError(
            "not-a-registry",
            `${at.host} redirects to ${next.host}, which may not see what is sent`,
          );
        sent = withoutAuthorization(sent);
      }
      at = next;
    }
  }

  async #openOnce(url: URL, { method = "GET", headers = {}, body, signal }: Request): Promise<OpenAnswer> {
    const isBig = isStream(body);
    this.#client ??= openClient(this.#tls);
    const { send, dispatcher } = await this.#client;
    try {
      const answer = await send(url, {
        method,
        headers: isBig ? { ...headers, "content-length": String(body.size) } : headers,
        body: isBig ? Readable.from(body.open(), { objectMode: false }) : (body ?? null),
        signal,
        dispatcher,
        headersTimeout: isBig || method === "PUT" ? SILENCE_AFTER_BODY_MS : SILENCE_MS,
        bodyTimeout: SILENCE_MS,
      });
      const { statusCode: status, headers: answered } = answer;
      return {
        status,
        headers: { get: (name) => first(answered[name.toLowerCase()]) },
        url,
        body: readable(answer.body, url, signal),
        discard: async () => await answer.body.dump(),
      };
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(url, error);
    }
  }

  async close(): Promise<void> {
    // One that could not be opened has been told of.
    const client = await this.#client?.catch(() => undefined);
    await client?.dispatcher.close();
  }
}

function isStream(body: Request["body"]): body is Body {
  return typeof body === "object" && !(body instanceof Uint8Array);
}

/** All of an answer, as far as it fits into memory. */
export async function collect(answer: OpenAnswer, signal: AbortSignal): Promise<Answer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > MOST_BYTES) throw new RegistryError("not-a-registry", `${answer.url.host} answers without an end`);
    parts.push(part);
  }
  signal.throwIfAborted();
  const bytes = Buffer.concat(parts);
  const { status, headers, url } = answer;
  return { status, headers, url, bytes, text: () => bytes.toString("utf8") };
}

async function* readable(body: AsyncIterable<Uint8Array>, url: URL, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  }
}

interface Client {
  readonly send: typeof request;
  readonly dispatcher: Dispatcher;
}

/**
 * Follows HTTPS_PROXY and NO_PROXY. Proxies in the field make no tunnels to what is not encrypted. Loaded only now: most
 * commands that know of registries speak to none, and it would be half of what they load.
 */
async function openClient(tls: { readonly ca?: string[] }): Promise<Client> {
  // CommonJS: bundled, it has its names on the default export alone.
  const { default: undici } = await import("undici");
  try {
    const dispatcher = new undici.EnvHttpProxyAgent({
      connect: tls,
      requestTls: tls,
      proxyTls: tls,
      proxyTunnel: false,
    });
    return { send: undici.request, dispatcher };
  } catch (error) {
    throw new RegistryError("unreachable", `HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy: ${reasonOf(error)}`);
  }
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}

function first(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value.join(", ") : value) ?? null;
}

/** Connections that may be had, or may hold, a moment later. Not among them: wrong certificates, unknown names. */
const TEMPORARY_CODES = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"],
  ...["EAI_AGAIN", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

const SILENT_CODES = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

function unreachable(url: URL, error: unknown): RegistryError {
  // What was to be sent could not be read, or was not what it said: no matter of the network.
  if (error instanceof RegistryError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new RegistryError("unreachable", `Cannot reach ${url.host}: ${reasonOf(error)}`, {
    cause: error,
    ...(TEMPORARY_CODES.has(code) && { temporary: {} }),
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error && SILENT_CODES.has(String(error.code))) return "it is silent";
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}

/** Requests to one registry, as whoever we are: the first answer says how it wants to know, and that is remembered. */
import { Authenticator, type Credentials } from "./auth.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { RegistryError } from "./errors.ts";
import { apiHost } from "./reference.ts";
import { busyError } from "./refusal.ts";
import { type Retried, type RetryOptions, type RetryPolicy, retrying } from "./retry.ts";
import type { Answer, OpenAnswer, Request, Transport } from "./transport.ts";

export interface ConnectionOptions {
  /** As references name it. */
  readonly host: string;
  readonly transport: Transport;
  /** Absent: as anybody. */
  readonly credentials: Credentials | undefined;
  /** A repository that is read in order to be pushed to: both rights are asked for at once, in one token. */
  readonly pushesTo?: string | undefined;
  readonly retry: RetryPolicy;
  readonly onRetry?: ((retried: Retried) => void) | undefined;
}

export interface RegistryRequest extends Request {
  /** A path of the registry, or a URL that it named. */
  readonly at: string | URL;
  /** What it takes, as `repository:NAME:pull,push`. */
  readonly scopes: readonly string[];
}

export class Connection {
  readonly host: string;
  readonly #options: ConnectionOptions;
  readonly #authenticator: Authenticator;
  readonly #base: URL;
  #challenge: Challenge | undefined;

  constructor(options: ConnectionOptions) {
    const { host, transport, credentials } = options;
    this.host = host;
    this.#options = options;
    this.#authenticator = new Authenticator({ credentials, transport });
    this.#base = new URL(transport.urlOf(apiHost(host), "/"));
  }

  /** Asks until there is an answer. Only for requests that can be made twice. */
  async ask(request: RegistryRequest): Promise<Answer> {
    return await this.retrying(request.signal, async () => await this.send(request));
  }

  async retrying<T>(
    signal: AbortSignal,
    act: (attempt: number) => Promise<T>,
    { onRetry, ...options }: Pick<RetryOptions, "onRetry" | "counts"> = {},
  ): Promise<T> {
    const tell = (retried: Retried) => {
      this.#options.onRetry?.(retried);
      onRetry?.(retried);
    };
    return await retrying(act, { ...this.#options.retry, ...options, signal, onRetry: tell });
  }

  get retryPolicy(): RetryPolicy {
    return this.#options.retry;
  }

  /** One attempt. @throws RegistryError when nobody answers, says that it is busy, or does not let us in */
  async send(request: RegistryRequest): Promise<Answer> {
    const answer = await this.#asKnown(request, async (url, authorized) => {
      return await this.#options.transport.send(url, authorized);
    });
    const busy = busyError(answer, this.host);
    if (busy !== undefined) throw busy;
    return answer;
  }

  /** As `send`, with the body to come. */
  async open(request: RegistryRequest): Promise<OpenAnswer> {
    const answer = await this.#asKnown(request, async (url, authorized) => {
      const opened = await this.#options.transport.open(url, authorized);
      if (opened.status === 401) await opened.discard();
      return opened;
    });
    const busy = busyError(answer, this.host);
    if (busy === undefined) return answer;
    await answer.discard();
    throw busy;
  }

  async #asKnown<A extends Answer | OpenAnswer>(
    { at, scopes: needed, ...request }: RegistryRequest,
    send: (url: string, request: Request) => Promise<A>,
  ): Promise<A> {
    const toRead = `repository:${this.#options.pushesTo}:pull`;
    const scopes = needed.map((scope) => (scope === toRead ? `${scope},push` : scope));
    const url = this.#encrypted(new URL(at, this.#base));
    // The registry may have its blobs elsewhere: nobody there is told who we are.
    if (url.origin !== this.#base.origin) return await send(url.href, request);
    const { signal } = request;
    const as = async (authorization: string | undefined): Promise<A> =>
      await send(url.href, authorization === undefined ? request : withHeader(request, { authorization }));
    const known = this.#challenge && (await this.#authenticator.authorization(this.#challenge, { scopes, signal }));
    const first = await as(known);
    const challenge = first.status === 401 ? parseChallenge(first.headers.get("www-authenticate")) : undefined;
    if (first.status !== 401 || challenge === undefined) return first;
    this.#challenge = challenge;
    const authorization = await this.#authenticator.authorization(challenge, { scopes, signal, unlike: known });
    if (authorization === undefined)
      throw new RegistryError("unauthorized", `${this.host} wants a user and a password`);
    const second = authorization === known ? first : await as(authorization);
    if (second.status === 401) throw this.#stillUnknown(challenge, scopes);
    return second;
  }

  /** Behind a proxy that ends the encryption, a registry may know nothing of it, and name itself without. */
  #encrypted(url: URL): URL {
    const { protocol, host } = this.#base;
    if (protocol !== "https:" || url.protocol !== "http:" || url.host !== host) return url;
    return new URL(url.href.replace(/^http:/, "https:"));
  }

  /** Who has a token is known: this one is not good for what was asked. */
  #stillUnknown(challenge: Challenge, scopes: readonly string[]): RegistryError {
    if (this.#options.credentials === undefined)
      return new RegistryError("unauthorized", `${this.host} wants a user and a password`);
    if (challenge.scheme === "basic")
      return new RegistryError("unauthorized", `${this.host} does not know this user and password`);
    const [, repository, actions = ""] = scopes[0]?.split(":") ?? [];
    const may = repository === undefined ? "in" : `${actions.includes("push") ? "push to" : "read"} ${repository}`;
    return new RegistryError("denied", `${this.host} knows this user, but does not let them ${may}`);
  }
}

function withHeader(request: Request, header: Readonly<Record<string, string>>): Request {
  return { ...request, headers: { ...request.headers, ...header } };
}

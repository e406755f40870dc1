/** Who we are to one registry: the header for a request, by the scheme that the registry asks for. */
import type { Challenge } from "./challenge.ts";
import { RegistryError } from "./errors.ts";
import { busyError } from "./refusal.ts";
import type { Transport } from "./transport.ts";

export type Credentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** A refresh token: tokens are had for it, it opens nothing by itself. */
  | { readonly kind: "identity"; readonly token: string }
  /** A token that somebody else had from the registry: sent as it is. */
  | { readonly kind: "registry-token"; readonly token: string };

export interface AuthOptions {
  /** Absent: as anybody. */
  readonly credentials?: Credentials | undefined;
  readonly transport: Transport;
}

/** Tokens without a word about their age live this long. */
const TOKEN_SECONDS = 60;
/** The part of its life after which a token is not used any more. */
const FRESH = 0.8;

export class Authenticator {
  readonly #credentials: Credentials | undefined;
  readonly #transport: Transport;
  /** By realm, service and scopes; a token that is on its way is waited for by everybody. */
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor({ credentials, transport }: AuthOptions) {
    this.#credentials = credentials;
    this.#transport = transport;
  }

  /**
   * The value of `Authorization`; undefined when there is nothing to say.
   * @param unlike the value that the registry has just refused: it takes another one, if there can be one
   */
  async authorization(
    challenge: Challenge,
    { scopes, signal, unlike }: AuthorizationOptions,
  ): Promise<string | undefined> {
    if (challenge.scheme === "basic") return this.#credentials && basic(this.#credentials);
    if (this.#credentials?.kind === "registry-token") return bearer(this.#credentials.token);
    const { realm, service } = challenge;
    return await this.#tokenFor(
      { realm, service, scopes: scopes.length > 0 ? scopes : challenge.scopes },
      signal,
      unlike,
    );
  }

  async #tokenFor(wanted: Wanted, signal: AbortSignal, unlike: string | undefined): Promise<string> {
    const key = JSON.stringify([wanted.realm, wanted.service, [...wanted.scopes].sort()]);
    const pending = this.#tokens.get(key);
    // Why it failed, whoever asked for it is told.
    const known = await pending?.catch(() => undefined);
    signal.throwIfAborted();
    if (known !== undefined && known.freshUntil > Date.now() && bearer(known.text) !== unlike)
      return bearer(known.text);
    if (this.#tokens.get(key) !== pending) return await this.#tokenFor(wanted, signal, unlike);
    const token = this.#fetchToken(wanted, signal);
    this.#tokens.set(key, token);
    return bearer((await token).text);
  }

  async #fetchToken({ realm, service, scopes }: Wanted, signal: AbortSignal): Promise<Token> {
    const url = new URL(realm);
    if (this.#credentials !== undefined && url.protocol !== "https:" && !this.#transport.allowsPlain(url.host)) {
      throw new RegistryError("denied", `${url.host} wants credentials over an unencrypted connection`);
    }
    const answer = await (this.#credentials?.kind === "identity"
      ? this.#refresh(url, { realm, service, scopes }, this.#credentials.token, signal)
      : this.#ask(url, { realm, service, scopes }, signal));
    if (answer.status === 401 || answer.status === 403) {
      throw new RegistryError("unauthorized", `${url.host} does not know this user and password`);
    }
    const busy = busyError(answer, url.host);
    if (busy !== undefined) throw busy;
    const token = answer.status === 200 ? tokenOf(answer.text()) : undefined;
    if (token === undefined) {
      throw new RegistryError("unreachable", `${url.host} gave no token (status ${answer.status})`);
    }
    return token;
  }

  async #ask(realm: URL, { service, scopes }: Wanted, signal: AbortSignal) {
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    const header = this.#credentials && basic(this.#credentials);
    return await this.#transport.send(url.href, {
      headers: header === undefined ? {} : { authorization: header },
      signal,
    });
  }

  async #refresh(realm: URL, { service, scopes }: Wanted, token: string, signal: AbortSignal) {
    const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token, client_id: "cog" });
    if (service !== undefined) form.set("service", service);
    if (scopes.length > 0) form.set("scope", scopes.join(" "));
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return await this.#transport.send(realm.href, { method: "POST", headers, body: form.toString(), signal });
  }
}

interface AuthorizationOptions {
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
  readonly unlike?: string | undefined;
}

interface Wanted {
  readonly realm: string;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
}

interface Token {
  readonly text: string;
  readonly freshUntil: number;
}

function tokenOf(body: string): Token | undefined {
  try {
    const { token, access_token, expires_in } = JSON.parse(body) as Record<string, unknown>;
    const text = token ?? access_token;
    const seconds = typeof expires_in === "number" ? expires_in : TOKEN_SECONDS;
    // One that is no word would be quoted by the error about the header.
    return typeof text === "string" && /^[!-~]+$/.test(text)
      ? { text, freshUntil: Date.now() + seconds * 1000 * FRESH }
      : undefined;
  } catch {
    // Not JSON: no token, as the caller says.
    return undefined;
  }
}

function bearer(token: string): string {
  return `Bearer ${token}`;
}

function basic(credentials: Credentials): string | undefined {
  if (credentials.kind !== "password") return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

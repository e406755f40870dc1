/** Signed requests to a storage that speaks the S3 protocol, tried again while that may help. */
import { Readable } from "node:stream";
import { type ObjectAddress, regionOf, urlOf, writeAddress } from "@cog/core/object-storage";
import { AwsV4Signer } from "aws4fetch";
import type { Fetch } from "#outgoing";
import { causeOf } from "#outgoing";
import type { StorageSettings } from "#settings";
import { retrying } from "../retry.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { isClockError, refusalOf, StorageError } from "./errors.ts";

export interface StorageOptions {
  readonly settings: StorageSettings;
  readonly credentials: CredentialSource;
  readonly fetch: Fetch;
}

export interface ObjectRequest<Result> {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** `partNumber=1&uploadId=x` */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew for each attempt. */
  readonly body?: () => string | Readable;
  /** In hexadecimal digits; undefined: it is not looked at on the way. */
  readonly sha256?: string;
  readonly signal: AbortSignal;
  /** For each attempt. */
  readonly limit?: { readonly milliseconds: number; readonly name: string };
  /** Part of the attempt: when it fails for the network's sake, all of it is done again. */
  readonly read: (response: Response) => Promise<Result>;
}

export class ObjectStorage {
  readonly #options: StorageOptions;
  /** Keys made for a day, a region and a secret. */
  readonly #keys = new Map<string, ArrayBuffer>();
  /** How far ahead of ours the clock of the storage is. */
  #clockMs = 0;

  constructor(options: StorageOptions) {
    this.#options = options;
  }

  get settings(): StorageSettings {
    return this.#options.settings;
  }

  /** Resolves with what `read` makes of an answer that is no refusal. Throws a StorageError, or the reason of the signal. */
  async request<Result>(address: ObjectAddress, request: ObjectRequest<Result>): Promise<Result> {
    return await retrying(() => this.#attempt(address, request), {
      signal: request.signal,
      isTemporary: (error) => error instanceof StorageError && error.temporary,
    });
  }

  /** An address that anybody may fetch for so long. */
  async presigned(address: ObjectAddress, seconds: number): Promise<string> {
    const url = new URL(urlOf(address, this.settings));
    url.searchParams.set("X-Amz-Expires", String(seconds));
    return (await this.#signed(address, { method: "GET", url: url.href, signQuery: true })).url.href;
  }

  async #attempt<Result>(address: ObjectAddress, request: ObjectRequest<Result>): Promise<Result> {
    const { method, query, headers, body, sha256, signal, limit, read } = request;
    const late = limit === undefined ? undefined : AbortSignal.timeout(limit.milliseconds);
    const within = late === undefined ? signal : AbortSignal.any([signal, late]);
    const place = urlOf(address, this.settings);
    let content: string | Readable | undefined;
    try {
      const { url, headers: signed } = await this.#signed(address, {
        method,
        url: query === undefined ? place : `${place}?${query}`,
        headers: sha256 === undefined ? { ...headers } : { ...headers, "x-amz-content-sha256": sha256 },
      });
      content = body?.();
      const init = {
        method,
        headers: signed,
        body: content instanceof Readable ? Readable.toWeb(content) : content,
        redirect: "manual",
        signal: within,
        duplex: "half",
      };
      const response = await this.#options.fetch(url.href, init as RequestInit);
      if (response.ok) return await read(response);
      throw await this.#refusal(address, response);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StorageError) throw error;
      const reason = late?.aborted
        ? `it took longer than ${(limit?.milliseconds ?? 0) / 1000} s (${limit?.name})`
        : `${new URL(place).origin}: ${causeOf(error)}`;
      throw new StorageError(`${writeAddress(address)}: ${reason}`, { temporary: true, cause: error });
    } finally {
      if (content instanceof Readable) content.destroy(); // Where the connection fails, fetch leaves it open.
    }
  }

  async #refusal(address: ObjectAddress, response: Response): Promise<StorageError> {
    const xml = await response.text();
    const { accessKeyId } = await this.#credentials(address);
    const endpoint = new URL(urlOf(address, this.settings)).origin;
    const refusal = refusalOf(response, xml, { address, endpoint, accessKeyId });
    const date = Date.parse(response.headers.get("date") ?? "");
    if (isClockError(refusal) && !Number.isNaN(date)) this.#clockMs = date - Date.now();
    return refusal;
  }

  /** Those of a role may be refused, or not be there after all: asking again at once is of no use. */
  async #credentials(address: ObjectAddress): Promise<Credentials> {
    try {
      return await this.#options.credentials();
    } catch (cause) {
      throw new StorageError(`${writeAddress(address)}: there are no credentials: ${causeOf(cause)}`, { cause });
    }
  }

  async #signed(
    address: ObjectAddress,
    request: Partial<ConstructorParameters<typeof AwsV4Signer>[0]> & { url: string },
  ) {
    const credentials = await this.#credentials(address);
    const now = new Date(Date.now() + this.#clockMs);
    const signer = new AwsV4Signer({
      ...request,
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { sessionToken: credentials.sessionToken }),
      service: "s3",
      region: regionOf(address.provider, this.settings),
      cache: this.#keys,
      datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ""),
    });
    return signer.sign();
  }
}

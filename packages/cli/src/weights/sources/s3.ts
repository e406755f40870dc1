/** Objects of a bucket: all below a prefix, or the one that the URI names whole. */
import { createHash } from "node:crypto";
import { UserError } from "@cog/core/errors";
import { type EndpointSettings, elementOf, regionOf, urlOf } from "@cog/core/object-storage";
import pMap from "p-map";
import type { OpenAnswer, Transport } from "#registry";
import { byPath } from "../bytes-order.ts";
import { pathProblem } from "../safe-path.ts";
import type { Inventory, Source, SourceContext, SourceFile } from "./source.ts";
import type { SourceUri } from "./uri.ts";
import { bodyOf, openWeb } from "./web.ts";

export interface S3Settings extends EndpointSettings {
  /** Without one, requests are not signed: for buckets that anybody may read. */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
}

/** Objects that are fetched at a time: only their content tells their digest. */
const FETCHES = 4;
const MOST_LISTING_BYTES = 64 * 1024 * 1024;

export function s3Source(
  uri: Extract<SourceUri, { readonly scheme: "s3" }>,
  settings: S3Settings,
  transport: Transport,
): Source {
  const bucket = new Bucket(uri, settings, transport);
  let listing: Promise<readonly Listed[]> | undefined;
  const all = ({ signal }: SourceContext) => {
    listing ??= bucket.list(signal);
    return listing;
  };
  return {
    uri: uri.normal,
    fingerprint: async (context) => fingerprintOf(await all(context)),
    inventory: async (wanted, context): Promise<Inventory> => {
      const listed = await all(context);
      const files = await pMap(
        listed.filter(({ path }) => wanted(path)),
        async (one) => await bucket.fetched(one, context),
        { concurrency: FETCHES, signal: context.signal },
      );
      return { fingerprint: fingerprintOf(listed), files: files.sort(byPath) };
    },
  };
}

interface Listed {
  readonly key: string;
  /** Below the prefix. */
  readonly path: string;
  readonly size: number;
  readonly tag: string;
}

/** Tags of objects change with their content: together they tell of all of them without reading one. */
function fingerprintOf(listed: readonly Listed[]): string {
  const lines = [...listed].sort(byPath).map(({ path, size, tag }) => `${tag}  ${size}  ${path}`);
  return `etag:${createHash("sha256").update(lines.join("\n")).digest("hex")}`;
}

class Bucket {
  readonly #uri: Extract<SourceUri, { readonly scheme: "s3" }>;
  readonly #settings: S3Settings;
  readonly #transport: Transport;

  constructor(uri: Extract<SourceUri, { readonly scheme: "s3" }>, settings: S3Settings, transport: Transport) {
    this.#uri = uri;
    this.#settings = settings;
    this.#transport = transport;
  }

  async list(signal: AbortSignal): Promise<readonly Listed[]> {
    const { key: prefix } = this.#uri;
    const found: Listed[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({
        "list-type": "2",
        "encoding-type": "url",
        prefix,
        ...(next !== undefined && { "continuation-token": next }),
      });
      const page = await this.#text(`?${query}`, signal);
      found.push(...this.#listed(page));
      const isWhole = elementOf(page, "IsTruncated") !== "true";
      next = isWhole ? undefined : elementOf(page, "NextContinuationToken");
      if (!isWhole && next === undefined) throw this.#refused("its listing ends before all objects are named");
    } while (next !== undefined);
    return found;
  }

  async fetched({ key, path, size }: Listed, context: SourceContext): Promise<SourceFile> {
    const open = ({ signal }: SourceContext) => this.#content(key, signal);
    const stored = await context.store.put(open(context), { size, what: `${path} of ${this.#uri.normal}` });
    return { path, ...stored, open };
  }

  #listed(page: string): readonly Listed[] {
    const isEncoded = elementOf(page, "EncodingType") === "url";
    return [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry = ""]) => {
      const written = elementOf(entry, "Key") ?? "";
      const key = isEncoded ? decodeURIComponent(written.replaceAll("+", " ")) : written;
      const path = pathBelow(this.#uri.key, key);
      // What marks a folder, and neighbours that only begin like it.
      if (path === undefined || key.endsWith("/")) return [];
      const problem = pathProblem(path);
      if (problem !== undefined) throw this.#refused(`the key ${JSON.stringify(key)} cannot be used: ${problem}`);
      return [{ key, path, size: Number(elementOf(entry, "Size") ?? 0), tag: elementOf(entry, "ETag") ?? "" }];
    });
  }

  async *#content(key: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { answer, url } = await this.#open(key, "", signal);
    yield* bodyOf(answer, url);
  }

  async #text(query: string, signal: AbortSignal): Promise<string> {
    const { answer, url } = await this.#open("", query, signal);
    return await this.#read(answer, url);
  }

  async #read(answer: OpenAnswer, url: URL): Promise<string> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const bytes of bodyOf(answer, url)) {
      size += bytes.length;
      if (size > MOST_LISTING_BYTES) throw this.#refused("its listing has no end");
      parts.push(bytes);
    }
    return Buffer.concat(parts).toString("utf8");
  }

  async #open(key: string, query: string, signal: AbortSignal) {
    const { bucket } = this.#uri;
    const place = urlOf({ provider: "s3", bucket, key }, this.#settings);
    const url = new URL(`${place}${query}`);
    const headers = await this.#signed(url);
    const answer = await openWeb(this.#transport, url, { headers, signal }, async (refusal) =>
      this.#refusal(refusal.status, await this.#read(refusal, url), url),
    );
    return { answer, url };
  }

  async #signed(url: URL): Promise<Readonly<Record<string, string>>> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#settings;
    if (accessKeyId === undefined || secretAccessKey === undefined) return {};
    const { AwsV4Signer } = await import("aws4fetch");
    const signer = new AwsV4Signer({
      method: "GET",
      url: url.href,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: "s3",
      region: regionOf("s3", this.#settings),
    });
    return Object.fromEntries((await signer.sign()).headers);
  }

  #refusal(status: number, xml: string, { origin }: URL): UserError {
    const { accessKeyId } = this.#settings;
    const { bucket } = this.#uri;
    const code = elementOf(xml, "Code") ?? "";
    const region = elementOf(xml, "Region");
    const said = `(${[String(status), code].filter((part) => part !== "").join(" ")})`;
    if (code === "NoSuchBucket" || (code === "" && status === 404))
      return this.#refused(`there is no bucket ${bucket} at ${origin} ${said}`, "Check AWS_ENDPOINT_URL and the name.");
    if (region !== undefined || status === 301)
      return this.#refused(
        `the bucket is in ${region === undefined ? "another region" : `the region ${region}`} ${said}`,
        "Set AWS_REGION.",
      );
    if (status === 401 || status === 403)
      return accessKeyId === undefined
        ? this.#refused(`${origin} wants to know who asks ${said}`, "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        : this.#refused(
            `${origin} does not let the key ${accessKeyId} read it ${said}`,
            "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
          );
    return this.#refused(`${origin}: ${elementOf(xml, "Message") ?? "it does not answer as a storage"} ${said}`);
  }

  #refused(why: string, hint?: string): UserError {
    return new UserError("weights.source", `Cannot import ${this.#uri.normal}: ${why}`, { hint });
  }
}

/** `a/b` and `a/b/c` → `c`; an object that is named whole is called by its last part; undefined for what is beside. */
function pathBelow(prefix: string, key: string): string | undefined {
  if (prefix === "") return key;
  if (key === prefix) return key.slice(key.lastIndexOf("/") + 1);
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : undefined;
}

/** A repository of Hugging Face, or of whatever HF_ENDPOINT names. */
import { UserError } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import pMap from "p-map";
import type { OpenAnswer, Transport } from "#registry";
import { byPath } from "../bytes-order.ts";
import { pathProblem } from "../safe-path.ts";
import type { Inventory, Source, SourceContext, SourceFile } from "./source.ts";
import type { SourceUri } from "./uri.ts";
import { bodyOf, openWeb } from "./web.ts";

export interface HuggingFaceSettings {
  readonly endpoint: URL;
  readonly token: string | undefined;
}

/** Small files that are kept in git itself have no digest in the listing: so many are fetched at a time. */
const FETCHES = 4;
const MOST_JSON_BYTES = 64 * 1024 * 1024;

export function huggingFaceSource(
  { normal, repository, revision }: Extract<SourceUri, { readonly scheme: "hf" }>,
  settings: HuggingFaceSettings,
  transport: Transport,
): Source {
  const hub = new Hub({ uri: normal, repository, settings, transport });
  let commit: Promise<string> | undefined;
  const resolved = ({ signal }: SourceContext) => {
    commit ??= hub.commitOf(revision, signal);
    return commit;
  };
  return {
    uri: normal,
    fingerprint: async (context) => `commit:${await resolved(context)}`,
    inventory: async (wanted, context): Promise<Inventory> => {
      const sha = await resolved(context);
      const listed = (await hub.list(sha, context.signal)).filter(({ path }) => wanted(path));
      const files = await pMap(listed, (one) => hub.withDigest(one, sha, context), {
        concurrency: FETCHES,
        signal: context.signal,
      });
      return { fingerprint: `commit:${sha}`, files: files.sort(byPath) };
    },
  };
}

interface Listed {
  readonly path: string;
  readonly size: number;
  /** `sha256:…` of what is in large-file storage. */
  readonly digest: string | undefined;
}

interface HubOptions {
  readonly uri: string;
  readonly repository: string;
  readonly settings: HuggingFaceSettings;
  readonly transport: Transport;
}

class Hub {
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  async commitOf(revision: string, signal: AbortSignal): Promise<string> {
    const { value } = await this.#json(
      this.#url(`api/models/${this.#options.repository}/revision/${encodeURIComponent(revision)}`),
      signal,
    );
    const sha = isJsonObject(value) ? value["sha"] : undefined;
    if (typeof sha === "string" && /^[0-9a-f]{40,64}$/.test(sha)) return sha;
    throw this.#refused("it does not name a commit");
  }

  async list(sha: string, signal: AbortSignal): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    let at: URL | undefined = this.#url(`api/models/${this.#options.repository}/tree/${sha}?recursive=true`);
    while (at !== undefined) {
      const { value, answer } = await this.#json(at, signal);
      if (!Array.isArray(value)) throw this.#refused("it does not answer with a list of files");
      found.push(...value.flatMap((entry: Json) => (isJsonObject(entry) ? this.#listed(entry) : [])));
      at = this.#nextPage(answer);
    }
    return found;
  }

  /** Those without a digest are small: they are fetched, kept, and thereby known. */
  async withDigest({ path, size, digest }: Listed, sha: string, context: SourceContext): Promise<SourceFile> {
    const open = ({ signal }: SourceContext) => this.#content(path, sha, signal);
    if (digest !== undefined) return { path, size, digest, open };
    const stored = await context.store.put(open(context), { size, what: `${path} of ${this.#options.uri}` });
    return { path, ...stored, open };
  }

  async *#content(path: string, sha: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const escaped = path.split("/").map(encodeURIComponent).join("/");
    const url = this.#url(`${this.#options.repository}/resolve/${sha}/${escaped}`);
    yield* bodyOf(await this.#open(url, signal), url);
  }

  #listed(entry: JsonObject): readonly Listed[] {
    const { type, path, size, lfs } = entry;
    if (type !== "file" || typeof path !== "string" || typeof size !== "number") return [];
    const problem = pathProblem(path);
    if (problem !== undefined) throw this.#refused(`the name ${JSON.stringify(path)} cannot be used: ${problem}`);
    if (!isJsonObject(lfs)) return [{ path, size, digest: undefined }];
    const { oid, size: stored } = lfs;
    if (typeof oid !== "string" || !/^[0-9a-f]{64}$/.test(oid)) return [{ path, size, digest: undefined }];
    return [{ path, size: typeof stored === "number" ? stored : size, digest: `sha256:${oid}` }];
  }

  async #json(url: URL, signal: AbortSignal): Promise<{ readonly value: Json; readonly answer: OpenAnswer }> {
    const answer = await this.#open(url, signal);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const bytes of bodyOf(answer, url)) {
      size += bytes.length;
      if (size > MOST_JSON_BYTES) throw this.#refused("its listing has no end");
      parts.push(bytes);
    }
    try {
      return { value: JSON.parse(Buffer.concat(parts).toString("utf8")) as Json, answer };
    } catch {
      throw this.#refused(`${url.host} does not answer with JSON`);
    }
  }

  async #open(url: URL, signal: AbortSignal): Promise<OpenAnswer> {
    const { settings, transport } = this.#options;
    const token = url.origin === settings.endpoint.origin ? settings.token : undefined;
    return await openWeb(transport, url, { token, signal }, ({ status }) => this.#refusal(status));
  }

  #refusal(status: number): UserError | undefined {
    const { repository, settings } = this.#options;
    const { host } = settings.endpoint;
    if (status === 401 || status === 403) {
      return settings.token === undefined
        ? this.#refused(
            `${repository} is private, or wants its terms to be accepted (status ${status})`,
            `Accept them at ${host}, and set HF_TOKEN to a token of yours.`,
          )
        : this.#refused(
            `${host} does not let the owner of HF_TOKEN read ${repository} (status ${status})`,
            `Accept its terms at ${host}, or set HF_TOKEN to another token.`,
          );
    }
    if (status !== 404) return undefined;
    return this.#refused(
      `${host} has no such repository, revision or file`,
      settings.token === undefined ? "If it is private, set HF_TOKEN." : "Check its name and its revision.",
    );
  }

  /** Mirrors pass on what they were told: the address of the original. */
  #nextPage({ headers, url }: OpenAnswer): URL | undefined {
    const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec(headers.get("link") ?? "") ?? [];
    if (target === undefined || !URL.canParse(target, url.href)) return undefined;
    const { pathname, search } = new URL(target, url);
    return new URL(`${pathname}${search}`, url.origin);
  }

  #url(path: string): URL {
    const { endpoint } = this.#options.settings;
    return new URL(`${endpoint.href.replace(/\/$/, "")}/${path}`);
  }

  #refused(why: string, hint?: string): UserError {
    return new UserError("weights.source", `Cannot import ${this.#options.uri}: ${why}`, { hint });
  }
}

/** http(s) → a local file. */
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { TraceContext } from "@cog/core/wire";
import type { Fetch } from "#outgoing";
import { causeOf } from "#outgoing";
import type { DownloadSettings } from "#settings";
import { isAllowedHost } from "./hosts.ts";
import type { OnTransfer } from "./transfer.ts";
import { measured } from "./transfer.ts";

const MOST_REDIRECTS = 20;

export interface DownloadOptions {
  readonly fetch: Fetch;
  readonly userAgent: string;
  readonly limits: DownloadSettings;
  readonly signal: AbortSignal;
  readonly trace: TraceContext | undefined;
  readonly onTransfer: readonly OnTransfer[];
}

/** Writes what `url` leads to into `path`. Throws what the client should read. */
export function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { signal, trace, onTransfer } = options;
  const transfer = { kind: "download", trace } as const;
  return measured(() => fetchInto(path, url, options), { transfer, signal, onTransfer });
}

async function fetchInto(path: string, url: string, options: DownloadOptions): Promise<void> {
  const { userAgent, limits, signal } = options;
  const late = limits.timeoutMs === undefined ? undefined : AbortSignal.timeout(limits.timeoutMs);
  const within = late === undefined ? signal : AbortSignal.any([signal, late]);
  try {
    const response = await open(url, { headers: { "User-Agent": userAgent }, signal: within }, options);
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${response.status} ${response.statusText}`.trimEnd());
    }
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream);
    const file = createWriteStream(path, { mode: 0o600 });
    if (limits.mostBytes === undefined) await pipeline(body, file, { signal: within });
    else await pipeline(body, atMost(limits.mostBytes), file, { signal: within });
  } catch (error) {
    const reason = late?.aborted ? tookTooLong(limits) : causeOf(error);
    throw new Error(`${withoutCredentials(url)} could not be downloaded: ${reason}`, { cause: error });
  }
}

export function tookTooLong({ timeoutMs = 0 }: DownloadSettings): string {
  return `it took longer than ${timeoutMs / 1000} s (COG_DOWNLOAD_TIMEOUT)`;
}

/** Redirects are followed here where each has to be looked at. */
async function open(url: string, init: RequestInit, { fetch, limits: { hosts } }: DownloadOptions): Promise<Response> {
  if (hosts === undefined) return fetch(url, init);
  let at = url;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    if (!isAllowedHost(at, hosts))
      throw new Error(`it leads to ${new URL(at).host}, which COG_INPUT_HOSTS does not name`);
    const response = await fetch(at, { ...init, redirect: "manual" });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    at = new URL(location, at).href;
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`);
}

/** Counts what is written, after decompression: the length that a server announces says little. */
function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(new Error(`it is larger than ${bytes} bytes (COG_DOWNLOAD_MAX_BYTES)`));
      else done(null, chunk);
    },
  });
}

function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1");
}

/** http(s) → a local file. */
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { TraceContext } from "@cog/core/wire";
import type { Fetch } from "#outgoing";
import { causeOf } from "#outgoing";
import type { DownloadSettings } from "#settings";
import type { OnTransfer } from "./transfer.ts";
import { measured } from "./transfer.ts";

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

async function fetchInto(
  path: string,
  url: string,
  { fetch, userAgent, limits, signal }: DownloadOptions,
): Promise<void> {
  const late = limits.timeoutMs === undefined ? undefined : AbortSignal.timeout(limits.timeoutMs);
  const within = late === undefined ? signal : AbortSignal.any([signal, late]);
  try {
    const response = await fetch(url, { headers: { "User-Agent": userAgent }, signal: within });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${response.status} ${response.statusText}`.trimEnd());
    }
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream);
    const file = createWriteStream(path, { mode: 0o600 });
    if (limits.mostBytes === undefined) await pipeline(body, file, { signal: within });
    else await pipeline(body, atMost(limits.mostBytes), file, { signal: within });
  } catch (error) {
    const reason = late?.aborted
      ? `it took longer than ${(limits.timeoutMs ?? 0) / 1000} s (COG_DOWNLOAD_TIMEOUT)`
      : causeOf(error);
    throw new Error(`${withoutCredentials(url)} could not be downloaded: ${reason}`, { cause: error });
  }
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

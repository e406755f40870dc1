/** http(s) → a local file. */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { Fetch } from "#outgoing";

export interface DownloadOptions {
  readonly fetch: Fetch;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

export async function download(
  url: string,
  path: string,
  { fetch, userAgent, signal }: DownloadOptions,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { "User-Agent": userAgent }, signal });
  } catch (error) {
    throw new Error(`${url} could not be downloaded: ${causeOf(error)}`, { cause: error });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${url} could not be downloaded: ${response.status} ${response.statusText}`.trimEnd());
  }
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as ReadableStream);
  try {
    await pipeline(body, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    throw new Error(`${url} could not be downloaded: ${causeOf(error)}`, { cause: error });
  }
}

/** fetch hides the reason (`ECONNREFUSED`, a bad certificate) in the cause. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
}

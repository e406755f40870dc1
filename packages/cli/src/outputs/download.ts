/** Files that a model gives as addresses, because its server uploads them. */
import { extname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf, UnavailableError } from "@cog/core/errors";

export interface Download {
  readonly mediaType: string;
  /** Of the address, with the dot; "" when it has none. */
  readonly extension: string;
  readonly content: AsyncIterable<Uint8Array>;
}

export function isAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value);
}

/** Begins a download; its content is read as it comes, and goes on where it was when the connection breaks. */
export async function download(address: string, signal: AbortSignal): Promise<Download> {
  const file: RemoteFile = { address, signal };
  const response = await ask(file, {});
  const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  return { mediaType, extension: extname(new URL(address).pathname), content: content(file, response) };
}

interface RemoteFile {
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Waits between attempts to go on; what comes in between starts the count anew. */
const WAITS_MS = [200, 1000, 3000] as const;

async function* content(file: RemoteFile, first: Response): AsyncGenerator<Uint8Array> {
  let received = 0;
  let response: Response | undefined = first;
  let attempts = 0;
  while (true) {
    try {
      response ??= await goOn(file, first, received);
      for await (const bytes of bodyFrom(response, received)) {
        received += bytes.length;
        attempts = 0;
        yield bytes;
      }
      return;
    } catch (error) {
      file.signal.throwIfAborted();
      if (error instanceof FinalError) throw error;
      const wait = WAITS_MS[attempts];
      if (wait === undefined) throw unavailable(file, `the connection broke after ${received} bytes`, error);
      attempts += 1;
      response = undefined;
      await setTimeout(wait, undefined, { signal: file.signal });
    }
  }
}

/** Asking again would not help. */
class FinalError extends UnavailableError {}

/** What is missing; or all of it once more, from servers that know no ranges. */
async function goOn(file: RemoteFile, first: Response, received: number): Promise<Response> {
  const version = versionOf(first);
  const response = await ask(file, {
    range: `bytes=${received}-`,
    ...(version !== undefined && { "if-range": version }),
  });
  if (version !== versionOf(response)) throw final(file, "it changed while it was read");
  return response;
}

/** What tells two contents at one address apart. */
function versionOf({ headers }: Response): string | undefined {
  return headers.get("etag") ?? headers.get("last-modified") ?? undefined;
}

/** The body without what is there already. */
async function* bodyFrom(response: Response, received: number): AsyncGenerator<Uint8Array> {
  let surplus = response.status === 206 ? 0 : received;
  for await (const bytes of response.body ?? []) {
    if (surplus < bytes.length) yield bytes.subarray(surplus);
    surplus = Math.max(0, surplus - bytes.length);
  }
}

async function ask(file: RemoteFile, headers: Readonly<Record<string, string>>): Promise<Response> {
  const { address, signal } = file;
  let response: Response;
  try {
    // Ranges are counted in the bytes that are sent, so they shall be those of the file.
    response = await fetch(address, { signal, headers: { "accept-encoding": "identity", ...headers } });
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(file, reasonOf(error), error);
  }
  if (response.ok && response.body !== null) return response;
  const why = `it answered with status ${response.status}`;
  throw response.status >= 500 ? unavailable(file, why) : final(file, why);
}

function unavailable(file: RemoteFile, why: string, cause?: unknown): UnavailableError {
  return new UnavailableError("output.download", downloadFailed(file, why), { hint: HINT, cause });
}

function final(file: RemoteFile, why: string): FinalError {
  return new FinalError("output.download", downloadFailed(file, why), { hint: HINT });
}

const HINT = "Without -o the address itself is printed, and nothing is downloaded.";

/** The query may hold a signature. */
function downloadFailed({ address }: RemoteFile, why: string): string {
  const { origin, pathname } = new URL(address);
  return `Could not download ${origin}${pathname}: ${why}`;
}

/** `fetch failed` says nothing; what made it fail does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause);
}

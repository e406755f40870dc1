/** Files that a model gives as addresses, because its server uploads them. */
import { extname } from "node:path";
import { UnavailableError } from "@cog/core/errors";

export interface Download {
  readonly mediaType: string;
  /** Of the address, with the dot; "" when it has none. */
  readonly extension: string;
  readonly content: AsyncIterable<Uint8Array>;
}

export function isAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value);
}

/** Begins a download; its content is read as it comes. */
export async function download(address: string, signal: AbortSignal): Promise<Download> {
  const { origin, pathname } = new URL(address);
  const unavailable = (why: string, cause?: unknown) =>
    // The query may hold a signature.
    new UnavailableError("output.download", `Could not download ${origin}${pathname}: ${why}`, { cause });
  let response: Response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  }
  if (!response.ok || response.body === null) throw unavailable(`it answered with status ${response.status}`);
  const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  return { mediaType, extension: extname(pathname), content: response.body };
}

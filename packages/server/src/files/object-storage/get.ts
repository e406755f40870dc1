/** An object → a local file; a large one in ranges, several at a time. */

import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { type ObjectAddress, writeAddress } from "@cog/core/object-storage";
import { inLanes } from "#lanes";
import type { ObjectStorage } from "./client.ts";
import { StorageError } from "./errors.ts";

const MIB = 1024 * 1024;
/** What fits comes in one request. */
const FIRST_BYTES = 64 * MIB;
const RANGE_BYTES = 16 * MIB;
const RANGES_AT_ONCE = 4;

export interface GetOptions {
  readonly mostBytes: number | undefined;
  readonly signal: AbortSignal;
}

/** Throws a StorageError, or an Error when it is larger than it may be. */
export async function getFile(
  storage: ObjectStorage,
  address: ObjectAddress,
  path: string,
  { mostBytes, signal }: GetOptions,
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  const get = (range: Range, within: AbortSignal): Promise<Answered> =>
    getRange(storage, address, range, { file, mostBytes, signal: within });
  try {
    const { size, etag, whole } = await get({ start: 0, bytes: FIRST_BYTES }, signal);
    const rest = whole ? [] : rangesBetween(FIRST_BYTES, size).map((range) => ({ ...range, etag }));
    await inLanes(rest, get, { lanes: RANGES_AT_ONCE, signal });
  } finally {
    await file.close();
  }
}

interface Range {
  readonly start: number;
  readonly bytes: number;
  /** Of the object that the first bytes came from: it may be replaced meanwhile. */
  readonly etag?: string | undefined;
}

interface Answered {
  /** Of all of it. */
  readonly size: number;
  readonly etag: string | undefined;
  /** The storage does not know ranges, and gave all of it. */
  readonly whole: boolean;
}

interface Into {
  readonly file: FileHandle;
  readonly mostBytes: number | undefined;
  readonly signal: AbortSignal;
}

function rangesBetween(start: number, end: number): Range[] {
  const count = Math.max(0, Math.ceil((end - start) / RANGE_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * RANGE_BYTES;
    return { start: at, bytes: Math.min(RANGE_BYTES, end - at) };
  });
}

async function getRange(
  storage: ObjectStorage,
  address: ObjectAddress,
  { start, bytes, etag }: Range,
  { file, mostBytes, signal }: Into,
): Promise<Answered> {
  const headers = { Range: `bytes=${start}-${start + bytes - 1}`, ...(etag !== undefined && { "If-Match": etag }) };
  try {
    return await storage.request(address, {
      method: "GET",
      headers,
      signal,
      read: async (response) => {
        const whole = response.status !== 206;
        const size = Number(whole ? response.headers.get("content-length") : totalOf(response));
        const most = mostBytes ?? Number.POSITIVE_INFINITY;
        // What is known is not begun; a whole object may come without its length.
        if (!(size <= most) || !(await write(response, file, { start, most }))) {
          await response.body?.cancel();
          const larger = `it is larger than ${most} bytes (COG_DOWNLOAD_MAX_BYTES)`;
          const why = Number.isNaN(size) ? "the answer does not say how long it is" : larger;
          throw new StorageError(`${writeAddress(address)}: ${why}`);
        }
        return { size, etag: response.headers.get("etag") ?? undefined, whole };
      },
    });
  } catch (error) {
    // An empty object has no first byte to give.
    if (start === 0 && error instanceof StorageError && error.status === 416)
      return { size: 0, etag: undefined, whole: true };
    throw error;
  }
}

/** `bytes 0-9/1234` */
function totalOf(response: Response): string | undefined {
  return /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
}

/** False: there is more than may be. */
async function write(
  response: Response,
  file: FileHandle,
  { start, most }: { readonly start: number; readonly most: number },
): Promise<boolean> {
  let at = start;
  for await (const bytes of response.body ?? []) {
    if (at + bytes.length > most) return false;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    at += bytes.length;
  }
  return true;
}

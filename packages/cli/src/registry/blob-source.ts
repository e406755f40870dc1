/** Content on its way to a registry: whatever can be read again from any place, so that nothing need be held in memory. */
import { createReadStream } from "node:fs";
import { digestOf } from "./descriptor.ts";

export interface BlobSource {
  readonly digest: string;
  readonly size: number;
  /** Bytes from `start` up to, and without, `end`: asked for again, from other places, when an upload has to be repeated. */
  open(start: number, end: number): AsyncIterable<Uint8Array>;
}

export function fileBlob(path: string, { digest, size }: Pick<BlobSource, "digest" | "size">): BlobSource {
  // A stream's end is the last byte, and cannot be before its start.
  const open = (start: number, end: number) =>
    end > start ? createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 }) : nothing();
  return { digest, size, open };
}

export function bytesBlob(bytes: Uint8Array): BlobSource {
  return { digest: digestOf(bytes), size: bytes.length, open: (start, end) => once(bytes.subarray(start, end)) };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

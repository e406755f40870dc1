/** A tree as a layer of an image: an archive, compressed so that every machine gets the same bytes of it. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type CanonicalTarOptions, canonicalTar, type TreeEntry } from "./canonical-tar.ts";

export interface CanonicalLayer {
  /** Of the archive. */
  readonly diffId: string;
  /** Of the file. */
  readonly digest: string;
  readonly size: number;
}

export interface LayerOptions extends CanonicalTarOptions {
  readonly signal: AbortSignal;
}

/** Into a file; compressed, unless it is for an engine, which would undo that. */
export async function writeCanonicalLayer(
  entries: Iterable<TreeEntry>,
  file: string,
  { time, signal, isPlain = false }: LayerOptions & { readonly isPlain?: boolean },
): Promise<CanonicalLayer> {
  const archive = createHash("sha256");
  const compressed = createHash("sha256");
  let size = 0;
  const hashed = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const bytes of source) {
      archive.update(bytes);
      yield bytes;
    }
  };
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const bytes of source) {
      compressed.update(bytes);
      size += bytes.length;
      yield bytes;
    }
  };
  const packed = isPlain ? passed : gzipped;
  await pipeline(canonicalTar(entries, { time }), hashed, packed, counted, createWriteStream(file), { signal });
  return { diffId: `sha256:${archive.digest("hex")}`, digest: `sha256:${compressed.digest("hex")}`, size };
}

/** What its archive would be called, without writing it. */
export async function canonicalDiffId(entries: Iterable<TreeEntry>, { time, signal }: LayerOptions): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of canonicalTar(entries, { time })) {
    signal.throwIfAborted();
    hash.update(bytes);
  }
  return `sha256:${hash.digest("hex")}`;
}

async function* passed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}

/** So many at a time, whatever comes: that what goes in is cut in the same places is one thing less to rely on. */
const STRIDE = 64 * 1024;

/** The byte of a gzip header that names the system on which it was written. */
const SYSTEM_AT = 9;
const NO_SYSTEM = 255;

/**
 * Not by Node's own zlib, whose bytes are another version's and another processor's: by a port that does not change
 * under us, with the hash of the original. No name, no time, and no system in the header.
 */
async function* gzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Deflate } = await import("pako");
  const deflate = new Deflate({ gzip: true, level: 6, legacyHash: true, chunkSize: STRIDE });
  const made: Uint8Array[] = [];
  let isHead = true;
  deflate.onData = (bytes) => {
    if (isHead) bytes[SYSTEM_AT] = NO_SYSTEM;
    isHead = false;
    made.push(bytes);
  };
  for await (const bytes of inStrides(source)) {
    deflate.push(bytes, false);
    yield* made.splice(0);
  }
  deflate.push(new Uint8Array(0), true);
  if (deflate.err !== 0) throw new Error(`The layer cannot be compressed: ${deflate.msg}`);
  yield* made.splice(0);
}

async function* inStrides(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source) {
    waiting.push(bytes);
    length += bytes.length;
    if (length < STRIDE) continue;
    const whole = Buffer.concat(waiting);
    const end = length - (length % STRIDE);
    for (let at = 0; at < end; at += STRIDE) yield whole.subarray(at, at + STRIDE);
    waiting = [whole.subarray(end)];
    length -= end;
  }
  yield Buffer.concat(waiting);
}

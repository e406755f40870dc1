/** Layers made of files in the store: as content that can be read from any place, as often as an upload wants it. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type LockedLayer, WEIGHT_LAYER_TYPES } from "@cog/core/wire";
import { GZIP_LEVEL, type LayerPlan } from "./packing.ts";
import type { WeightStore } from "./store.ts";
import { sizeOfPart, type TarPart, tarParts } from "./tar.ts";

export interface WeightFile {
  readonly path: string;
  readonly size: number;
  readonly digest: string;
}

export interface PackedLayer extends LockedLayer {
  readonly files: readonly WeightFile[];
  /** Its bytes from `start` up to, and without, `end`. */
  open(start: number, end: number): AsyncIterable<Uint8Array>;
}

export interface Packing {
  readonly store: WeightStore;
  /** For what is compressed, until it is uploaded. */
  readonly scratchDirectory: string;
  readonly signal: AbortSignal;
}

const READ_BYTES = 1024 * 1024;

export async function packLayer(plan: LayerPlan<WeightFile>, packing: Packing): Promise<PackedLayer> {
  const { mediaType, files } = plan;
  const sizeUncompressed = files.reduce((total, { size }) => total + size, 0);
  const parts = tarParts(files);
  const packed = await (mediaType === WEIGHT_LAYER_TYPES.tar ? asTar(parts, packing) : asGzip(parts, packing));
  return { mediaType, files, sizeUncompressed, ...packed };
}

type Parts = readonly TarPart<WeightFile>[];
type Packed = Pick<PackedLayer, "digest" | "size" | "open">;

/** Not written anywhere: the files are in the store, and what is between them is known. */
async function asTar(parts: Parts, { store, signal }: Packing): Promise<Packed> {
  const size = parts.reduce((total, part) => total + sizeOfPart(part), 0);
  const open = (start: number, end: number) => readParts(parts, store, start, end);
  const hash = createHash("sha256");
  for await (const bytes of open(0, size)) {
    signal.throwIfAborted();
    hash.update(bytes);
  }
  return { digest: `sha256:${hash.digest("hex")}`, size, open };
}

async function asGzip(parts: Parts, { store, scratchDirectory, signal }: Packing): Promise<Packed> {
  const [first] = parts.flatMap((part) => (part.kind === "file" ? [part.file.digest.slice(7)] : []));
  const path = join(scratchDirectory, `${first ?? "empty"}.tar.gz`);
  const hash = createHash("sha256");
  let size = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const bytes of source) {
      hash.update(bytes);
      size += bytes.length;
      yield bytes;
    }
  };
  const tar = Readable.from(readParts(parts, store, 0, Number.POSITIVE_INFINITY), { objectMode: false });
  await pipeline(tar, createGzip({ level: GZIP_LEVEL }), counted, createWriteStream(path), { signal });
  return { digest: `sha256:${hash.digest("hex")}`, size, open: (start, end) => readFile(path, start, end) };
}

async function* readParts(parts: Parts, store: WeightStore, start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const part of parts) {
    const size = sizeOfPart(part);
    const from = Math.max(0, start - at);
    const to = Math.min(size, end - at);
    if (from < to) {
      if (part.kind === "bytes") yield part.bytes.subarray(from, to);
      else yield* readFile(store.pathOf(part.file.digest), from, to);
    }
    at += size;
  }
}

async function* readFile(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  // A stream's end is its last byte.
  if (start < end) yield* createReadStream(path, { start, end: end - 1, highWaterMark: READ_BYTES });
}

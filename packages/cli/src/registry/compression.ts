/** Layers are archives; on their way they are smaller. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { type Transform, Transform as TransformStream } from "node:stream";
import { pipeline } from "node:stream/promises";
import zlib from "node:zlib";
import { RegistryError } from "./errors.ts";
import { OCI_LAYER } from "./layout.ts";

export type Compression = "gzip" | "zstd" | "none";

export const COMPRESSIONS: readonly Compression[] = ["gzip", "zstd", "none"];

/** The media type of a plain archive once it is compressed. */
export function compressedType(compression: Exclude<Compression, "none">): string {
  return `${OCI_LAYER}+${compression}`;
}

export interface Compressed {
  readonly digest: string;
  readonly size: number;
}

export interface CompressOptions {
  readonly compression: Exclude<Compression, "none">;
  readonly signal: AbortSignal;
  /** How much of the file has been read. */
  readonly onProgress: (complete: number) => void;
}

/** One file into another, without either of them in memory. */
export async function compressFile(
  from: string,
  to: string,
  { compression, signal, onProgress }: CompressOptions,
): Promise<Compressed> {
  const hash = createHash("sha256");
  let size = 0;
  let read = 0;
  const onRead = watching((bytes) => {
    read += bytes.length;
    onProgress(read);
  });
  const onWritten = watching((bytes) => {
    hash.update(bytes);
    size += bytes.length;
  });
  const source = createReadStream(from, { highWaterMark: 256 * 1024 });
  await pipeline(source, onRead, compressor(compression), onWritten, createWriteStream(to), { signal });
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

function watching(onBytes: (bytes: Buffer) => void): Transform {
  return new TransformStream({
    transform(bytes: Buffer, _, done) {
      onBytes(bytes);
      done(null, bytes);
    },
  });
}

function compressor(compression: Exclude<Compression, "none">): Transform {
  if (compression === "gzip") return zlib.createGzip({ level: 6 });
  const create: unknown = Reflect.get(zlib, "createZstdCompress");
  // A function of Node itself, from 22.15 on; the types are those of the oldest Node that this runs on.
  if (typeof create === "function") return create() as Transform;
  throw new RegistryError("refused", `Node ${process.versions.node} cannot compress with zstd; 22.15 and newer can`);
}

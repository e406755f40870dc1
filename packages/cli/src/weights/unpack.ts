/** Reading layers, whoever packed them. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { CogError, messageOf } from "@cog/core/errors";
import { WEIGHT_LAYER_TYPES } from "@cog/core/wire";
import { createTarDecoder } from "modern-tar";
import { RegistryError } from "#registry";

export interface UnpackedFile {
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

export interface ArchiveEntry extends UnpackedFile {
  /** All else is named for people. */
  readonly kind: "file" | "directory" | `a ${string}`;
}

type Packed = { readonly mediaType: string; readonly digest: string };

/** Every file as it comes; each must be read before the next. @throws CogError for what no layer of a weight holds */
export async function* unpackLayer(content: AsyncIterable<Uint8Array>, layer: Packed): AsyncGenerator<UnpackedFile> {
  for await (const { kind, ...entry } of archiveEntries(content, layer)) {
    if (kind === "file") yield entry;
    else if (kind !== "directory") throw unreadable(layer)(`${entry.path} is ${kind}`);
  }
}

/** Everything that a layer of any kind holds, in its order. What is not read of one is skipped. */
export async function* archiveEntries(content: AsyncIterable<Uint8Array>, layer: Packed): AsyncGenerator<ArchiveEntry> {
  const wrong = unreadable(layer);
  const tar = Readable.from(decompressed(content, layer.mediaType, wrong), { objectMode: false });
  const entries = Readable.toWeb(tar).pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of readable(entries, wrong)) {
    const path = header.name.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
    const kind = kindOf(header.type);
    let isRead = false;
    const bytes = readable(body, wrong);
    const read = async function* () {
      isRead = true;
      yield* bytes;
    };
    if (path !== "" && path !== ".") yield { path, kind, content: read() };
    if (!isRead) await body.cancel();
  }
}

function kindOf(type: string | undefined): ArchiveEntry["kind"] {
  switch (type) {
    case "file":
    case "directory":
      return type;
    case "link":
      return "a hard link";
    case "symlink":
      return "a symbolic link";
    default:
      return "a device";
  }
}

function unreadable({ digest }: Packed): Wrong {
  return (why, cause) =>
    new CogError("weights.layer", `layer ${digest} cannot be read: ${why}`, {
      cause,
      hint: "Import the weight again: cog weights import.",
    });
}

type Wrong = (why: string, cause?: unknown) => CogError;

/** What is no layer makes a decoder fail; what the registry fails with stays as it is. */
async function* readable<T>(parts: AsyncIterable<T>, wrong: Wrong): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (error) {
    const isOther = error instanceof CogError || error instanceof RegistryError;
    if (isOther || (error instanceof Error && error.name === "AbortError")) throw error;
    throw wrong(messageOf(error), error);
  }
}

function decompressed(content: AsyncIterable<Uint8Array>, type: string, wrong: Wrong): AsyncIterable<Uint8Array> {
  switch (type) {
    case WEIGHT_LAYER_TYPES.tar:
      return content;
    case WEIGHT_LAYER_TYPES.gzip:
      return gunzipped(content);
    case WEIGHT_LAYER_TYPES.zstd:
      return zstd(content);
    default:
      throw wrong(`its media type is ${type}`);
  }
}

async function* gunzipped(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const piping = pipeline(Readable.from(content, { objectMode: false }), gunzip);
  // Whoever reads is told first.
  piping.catch(() => undefined);
  yield* gunzip;
  await piping;
}

/** In plain JavaScript: Node 20 has none of its own. */
async function* zstd(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import("fzstd");
  let out: Uint8Array[] = [];
  const stream = new Decompress((chunk) => void out.push(chunk));
  for await (const bytes of content) {
    stream.push(bytes);
    yield* out;
    out = [];
  }
  stream.push(new Uint8Array(0), true);
  yield* out;
}

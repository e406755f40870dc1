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

/** Every file as it comes; each must be read before the next. @throws CogError for what no layer of a weight holds */
export async function* unpackLayer(
  content: AsyncIterable<Uint8Array>,
  { mediaType, digest }: { readonly mediaType: string; readonly digest: string },
): AsyncGenerator<UnpackedFile> {
  const wrong: Wrong = (why, cause) =>
    new CogError("weights.layer", `layer ${digest} cannot be read: ${why}`, {
      cause,
      hint: "Import the weight again: cog weights import.",
    });
  const tar = Readable.from(decompressed(content, mediaType, wrong), { objectMode: false });
  const entries = Readable.toWeb(tar).pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of readable(entries, wrong)) {
    const path = header.name.replace(/^\.\//, "");
    switch (header.type) {
      case "directory":
        await body.cancel();
        break;
      case "file":
        yield { path, content: readable(body, wrong) };
        break;
      default:
        throw wrong(`${path} is neither a file nor a directory`);
    }
  }
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

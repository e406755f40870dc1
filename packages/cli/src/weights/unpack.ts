/** Reading layers, whoever packed them. */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CogError } from "@cog/core/errors";
import { WEIGHT_LAYER_TYPES } from "@cog/core/wire";
import { createTarDecoder } from "modern-tar";

export interface UnpackedFile {
  readonly path: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Every file as it comes; each must be read before the next. @throws CogError for what no layer of a weight holds */
export async function* unpackLayer(
  content: AsyncIterable<Uint8Array>,
  { mediaType, digest }: { readonly mediaType: string; readonly digest: string },
): AsyncGenerator<UnpackedFile> {
  const wrong = (why: string, cause?: unknown) =>
    new CogError("weights.layer", `layer ${digest} cannot be read: ${why}`, { cause });
  const tar = Readable.from(opened(content, mediaType), { objectMode: false });
  const entries = Readable.toWeb(tar).pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of entries) {
    const path = header.name.replace(/^\.\//, "");
    switch (header.type) {
      case "directory":
        await body.cancel();
        break;
      case "file":
        yield { path, content: body };
        break;
      default:
        throw wrong(`${path} is neither a file nor a directory`);
    }
  }

  function opened(bytes: AsyncIterable<Uint8Array>, type: string): AsyncIterable<Uint8Array> {
    switch (type) {
      case WEIGHT_LAYER_TYPES.tar:
        return bytes;
      case WEIGHT_LAYER_TYPES.gzip:
        return Readable.from(bytes, { objectMode: false }).compose(createGunzip());
      case WEIGHT_LAYER_TYPES.zstd:
        return zstd(bytes);
      default:
        throw wrong(`its media type is ${type}`);
    }
  }
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

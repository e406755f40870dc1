/** File outputs: the content or the URL of each file, at its place in the value. */
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { OutputFile } from "@cog/core/wire";
import type { Fetch } from "#outgoing";
import type { RawJson } from "#raw-json";
import { toRawJson } from "#raw-json";
import { DataUrlText } from "./data-url.ts";
import { mediaTypeOf } from "./media-types.ts";
import { upload } from "./upload.ts";

/** Read at a time; a multiple of three, so that base64 can be cut here. */
const PIECE_BYTES = 768 * 1024;

/** The file's data URL, as JSON. */
export async function embedFile({ path, name }: OutputFile): Promise<RawJson> {
  const size = await mustBeFile(path);
  const text = new DataUrlText(mediaTypeOf(name), size);
  const piece = Buffer.allocUnsafe(Math.min(size, PIECE_BYTES));
  const file = await open(path);
  try {
    for (let at = 0; at < size; at += piece.length) {
      const wanted = piece.subarray(0, size - at);
      const filled = await fill(wanted, file, at);
      text.add(wanted.subarray(0, filled));
      if (filled < wanted.length) break; // It became shorter meanwhile.
    }
  } finally {
    await file.close();
  }
  return text.end();
}

/** A read may give less than was asked for. Returns the bytes that there were. */
async function fill(piece: Buffer, file: FileHandle, position: number): Promise<number> {
  let filled = 0;
  while (filled < piece.length) {
    const { bytesRead } = await file.read(piece, filled, piece.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

export interface UploadOptions {
  readonly prefix: string;
  readonly predictionId: string;
  readonly timeoutMs: number;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

/** The URL that the file has now, as JSON. */
export async function uploadFile(file: OutputFile, options: UploadOptions): Promise<RawJson> {
  const { fetch, signal, ...rest } = options;
  const size = await mustBeFile(file.path);
  const { path, name } = file;
  return toRawJson(await upload({ ...rest, path, name, size, mediaType: mediaTypeOf(name) }, fetch, signal));
}

/** `value` with `replacement` at `at`. Places come from the worker, which made them from this same value. */
export function place(value: Json, at: OutputFile["at"], replacement: string): Json {
  const [key, ...rest] = at;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.with(Number(key), place(value[Number(key)] ?? null, rest, replacement));
  const object: JsonObject = isJsonObject(value) ? value : {};
  return { ...object, [key]: place(object[key] ?? null, rest, replacement) };
}

async function mustBeFile(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`The model returned the file ${path}, which does not exist.`);
  if (!found.isFile()) throw new Error(`The model returned ${path}, which is not a file.`);
  return found.size;
}

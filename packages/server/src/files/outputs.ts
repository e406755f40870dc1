/** File outputs: the content or the URL of each file, at its place in the value. */
import { open, stat } from "node:fs/promises";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { OutputFile, OutputWithFiles } from "@cog/core/wire";
import type { Piece, RawValue } from "#raw-json";
import { markOf, withMarked } from "#raw-json";
import { DataUrlText } from "./data-url.ts";
import { FileText, fill, PIECE_BYTES } from "./file-text.ts";
import { mediaTypeOf } from "./media-types.ts";

/** Of one prediction, together: more is read when it is sent. */
const MOST_HELD_BYTES = 16 * 1024 * 1024;

/** @param mostBytes of all the data URLs of a prediction, where an answer cannot be longer */
export function embedder(mostBytes: number | undefined): (file: OutputFile) => Promise<Piece> {
  let total = 0;
  return async (file) => {
    const size = await sizeOfFile(file.path);
    total += size;
    if (mostBytes !== undefined && (total * 4) / 3 > mostBytes) {
      throw new Error(
        `The output files are larger than an answer through Redis may be (${mostBytes} bytes). Have them uploaded: COG_UPLOAD_URL.`,
      );
    }
    // What is not ours may change, or go, before it is sent.
    const isHeld = total <= MOST_HELD_BYTES || mostBytes !== undefined || !file.temporary;
    return isHeld ? await embedFile(file, size) : new FileText(file, size);
  };
}

/** The file's data URL, as JSON. */
async function embedFile({ path, name }: OutputFile, size: number): Promise<Piece> {
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

/** The value with the JSON of each file at its place, in pieces: a list of pictures is not put together. */
export function withFiles({ value, files }: OutputWithFiles, json: readonly Piece[]): RawValue {
  const marked = files.reduce((built, { at }, index) => place(built, at, markOf(index)), value);
  return withMarked(marked, (index) => json[index] ?? "null");
}

/** `value` with `replacement` at `at`. Places come from the worker, which made them from this same value. */
function place(value: Json, at: OutputFile["at"], replacement: string): Json {
  const [key, ...rest] = at;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) return value.with(Number(key), place(value[Number(key)] ?? null, rest, replacement));
  const object: JsonObject = isJsonObject(value) ? value : {};
  return { ...object, [key]: place(object[key] ?? null, rest, replacement) };
}

/** Throws what the client should read when there is no such file. */
export async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`The model returned the file ${path}, which does not exist.`);
  if (!found.isFile()) throw new Error(`The model returned ${path}, which is not a file.`);
  return found.size;
}

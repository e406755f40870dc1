/** File outputs: the content or the URL of each file, at its place in the value. */
import { randomUUID } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import type { OutputFile, OutputWithFiles } from "@cog/core/wire";
import type { Piece, RawValue } from "#raw-json";
import { DataUrlText } from "./data-url.ts";
import { mediaTypeOf } from "./media-types.ts";

/** Read at a time; a multiple of three, so that base64 can be cut here. */
const PIECE_BYTES = 768 * 1024;

/** The file's data URL, as JSON. */
export async function embedFile({ path, name }: OutputFile): Promise<Piece> {
  const size = await sizeOfFile(path);
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

/** Stands for a file; no model can have returned it. */
const MARK = `output-file-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([0-9]+)"`);

/** The value with the JSON of each file at its place, in pieces: a list of pictures is not put together. */
export function withFiles({ value, files }: OutputWithFiles, json: readonly Piece[]): RawValue {
  const marked = files.reduce((built, { at }, index) => place(built, at, `${MARK}${index}`), value);
  // Split by a pattern with one group, every second part is what the group matched.
  const [first = "", ...rest] = JSON.stringify(marked).split(MARKED);
  return [first, ...rest.map((part, index) => (index % 2 === 0 ? (json[Number(part)] ?? "null") : part))];
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

/** JSON text that is trusted and spliced into answers as it is, so that outputs are never parsed and written again. */
import type { Json } from "@cog/core/json";

declare const raw: unique symbol;

export type RawJson = string & { readonly [raw]: true };

/** Marks text that a trusted end (the worker's encoder, our own) wrote as JSON. */
export function rawJson(text: string): RawJson {
  return text as RawJson;
}

export function toRawJson(value: Json): RawJson {
  return rawJson(JSON.stringify(value));
}

/** A part of some JSON text: characters, or their bytes in UTF-8. */
export type Piece = string | Buffer;

/** One JSON value. Megabytes that are bytes already stay bytes, up to the socket: each change to text and back is a copy. */
export type RawValue = RawJson | readonly [Piece, ...Piece[]];

/** For whoever needs it whole. */
export function textOf(value: RawValue): RawJson {
  return typeof value === "string" ? value : rawJson(value.map((piece) => piece.toString()).join(""));
}

export function piecesOf(value: RawValue): readonly Piece[] {
  return typeof value === "string" ? [value] : value;
}

/** Characters and bytes, which are about the same where it is long. */
export function lengthOf(value: RawValue): number {
  return typeof value === "string" ? value.length : value.reduce((sum, piece) => sum + piece.length, 0);
}

/** Bytes in UTF-8. */
export function bytesOf(value: RawValue): number {
  return typeof value === "string"
    ? Buffer.byteLength(value)
    : value.reduce((sum, piece) => sum + (typeof piece === "string" ? Buffer.byteLength(piece) : piece.length), 0);
}

const OPEN_BRACKET = "[".charCodeAt(0);

export function isArrayText(value: RawValue): boolean {
  const first = typeof value === "string" ? value : value[0];
  return typeof first === "string" ? first.startsWith("[") : first[0] === OPEN_BRACKET;
}

/** JSON text that is trusted and spliced into answers as it is, so that outputs are never parsed and written again. */
import { randomUUID } from "node:crypto";
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

/** A part of some JSON text: characters, their bytes in UTF-8, or what they are read from. */
export type Piece = string | Buffer | LongText;

/** A JSON string too long to be held in memory. All of it is ASCII. */
export interface LongText {
  /** Bytes, and characters. */
  readonly length: number;
  /** What it is read from stays until each who holds it has released it. */
  hold(): void;
  release(): void;
  /** From its beginning, each time. */
  read(): AsyncIterable<Buffer>;
  /** Throws when it is longer than a text can be. */
  toString(): string;
}

export function isLong(piece: Piece): piece is LongText {
  return typeof piece === "object" && "hold" in piece;
}

/** One JSON value. Megabytes that are bytes already stay bytes, up to the socket: each change to text and back is a copy. */
export type RawValue = RawJson | readonly [Piece, ...Piece[]];

/** For whoever needs it whole. */
export function textOf(value: RawValue): RawJson {
  return typeof value === "string" ? value : rawJson(value.map((piece) => piece.toString()).join(""));
}

/** Keeps what is read later, until the returned function is called. */
export function holdLong(value: RawValue | readonly Piece[]): () => void {
  const long = typeof value === "string" ? [] : value.filter(isLong);
  for (const piece of long) piece.hold();
  return () => {
    for (const piece of long.splice(0)) piece.release();
  };
}

/** All of it as bytes, in pieces that are made when they are asked for. */
export async function* readPieces(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (isLong(piece)) yield* piece.read();
    else yield typeof piece === "string" ? Buffer.from(piece) : piece;
  }
}

/** Half of what V8 can hold in one string. */
const MOST_CHARACTERS = 2 ** 28;

/** One text, unless that would be too long. */
export function compact(value: RawValue): RawValue {
  return typeof value === "string" || value.some(isLong) || lengthOf(value) > MOST_CHARACTERS ? value : textOf(value);
}

/** `items`, joined by commas, and one more. Called for each: texts are added without a look at what is there. */
export function append(items: RawValue, item: RawValue): RawValue {
  if (typeof items === "string" && typeof item === "string" && items.length + item.length < MOST_CHARACTERS)
    return rawJson(`${items},${item}`);
  return concat(items, ",", item);
}

/** The parts one after the other; one text where all are texts, unless that would be too long. */
export function concat(...parts: readonly (string | readonly Piece[])[]): RawValue {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0);
  if (length < MOST_CHARACTERS && parts.every((part) => typeof part === "string")) return rawJson(parts.join(""));
  const [first = "", ...rest] = parts.flatMap((part) => (typeof part === "string" ? [part] : part));
  return [first, ...rest];
}

/** The items of an array; undefined when it is none. */
export function arrayItems(value: RawValue): readonly RawValue[] | undefined {
  if (!isArrayText(value)) return undefined;
  const pieces = piecesOf(value);
  const text = pieces
    .map((piece, index) => (isLong(piece) ? JSON.stringify(markOf(index)) : piece.toString()))
    .join("");
  return (JSON.parse(text) as Json[]).map((item) => withMarked(item, (index) => pieces[index] ?? "null"));
}

/** Stands for a piece; no model can have returned it. */
const MARK = `piece-${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}([0-9]+)"`);

/** A string to put into a value, in the place of a piece of JSON that `withMarked` puts back. */
export function markOf(index: number): string {
  return MARK + index;
}

/** The value with pieces of JSON in the place of their marks. */
export function withMarked(value: Json, pieceAt: (index: number) => Piece): RawValue {
  // Split by a pattern with one group, every second part is what the group matched.
  const [first = "", ...rest] = JSON.stringify(value).split(MARKED);
  if (rest.length === 0) return rawJson(first);
  return [first, ...rest.map((part, index) => (index % 2 === 0 ? pieceAt(Number(part)) : part))];
}

export function piecesOf(value: RawValue): readonly Piece[] {
  return typeof value === "string" ? [value] : value;
}

/** Characters and bytes, which are about the same where it is long. */
export function lengthOf(value: string | readonly Piece[]): number {
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
  if (typeof first === "string") return first.startsWith("[");
  return !isLong(first) && first[0] === OPEN_BRACKET;
}

export { isTooDeep, MOST_LEVELS } from "./depth.ts";
export { exactInput } from "./exact-integers.ts";
export type { JsonBody } from "./json-body.ts";
export type { LongText, Piece, RawJson, RawValue } from "./raw-json.ts";
export {
  append,
  arrayItems,
  bytesOf,
  compact,
  concat,
  holdLong,
  isArrayText,
  isLong,
  lengthOf,
  markOf,
  piecesOf,
  rawJson,
  readPieces,
  textOf,
  toRawJson,
  withMarked,
} from "./raw-json.ts";

export { exactInput } from "./exact-integers.ts";
export type { JsonBody } from "./json-body.ts";
export type { Piece, RawJson, RawValue } from "./raw-json.ts";
export { bytesOf, isArrayText, lengthOf, piecesOf, rawJson, textOf, toRawJson } from "./raw-json.ts";

export type { Piece, RawJson, RawValue } from "./raw-json.ts";
export { bytesOf, isArrayText, lengthOf, piecesOf, rawJson, textOf, toRawJson } from "./raw-json.ts";

export { jsonText, parseJson, rounded, wholeNumber } from "./exact.ts";
export type { Json, JsonObject } from "./json.ts";
export { isJsonObject } from "./json.ts";

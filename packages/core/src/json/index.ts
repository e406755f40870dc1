export type { Json, JsonObject } from "./json.ts";
export { isJsonObject } from "./json.ts";

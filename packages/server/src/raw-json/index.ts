export type { RawJson } from "./raw-json.ts";
export { rawJson, toRawJson } from "./raw-json.ts";

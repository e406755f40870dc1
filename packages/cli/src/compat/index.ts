export type { Cuda } from "./cuda.ts";
export type { Decision } from "./decision.ts";
export { type Compatibility, resolveCompatibility } from "./resolve.ts";

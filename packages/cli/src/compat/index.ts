export type { Cuda } from "./cuda.ts";
export { type Compatibility, resolveCompatibility } from "./resolve.ts";

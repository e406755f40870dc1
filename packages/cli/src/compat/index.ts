export { cogBaseTag, missingInCogBase } from "./cog-base.ts";
export type { Cuda } from "./cuda.ts";
export type { Decision } from "./decision.ts";
export { type Compatibility, resolveCompatibility } from "./resolve.ts";

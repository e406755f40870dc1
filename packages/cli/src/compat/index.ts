export {
  type CogBaseImage,
  cogBaseImage,
  cogBaseImages,
  cogBasePackages,
  cogBaseRequirements,
  cogBaseTag,
  cogBaseTagOf,
  missingInCogBase,
} from "./cog-base.ts";
export type { Cuda } from "./cuda.ts";
export type { Decision } from "./decision.ts";
export { choosePython, type PythonChoice, pythonNotice } from "./python.ts";
export { findPin, isPinned } from "./requirement.ts";
export { type Compatibility, type ResolveOptions, resolveCompatibility } from "./resolve.ts";
export { compare as compareVersions } from "./version.ts";

export { defaultImageName } from "./image-name.ts";
export type { BaseImage, BuildPlan, NodeRelease, SdkSource, StagedFile, Variable } from "./plan.ts";
export { type PlanInput, planBuild } from "./plan-build.ts";
export {
  type Found,
  type ProjectFiles,
  type RequirementSource,
  type Requirements,
  readRequirements,
  requirementName,
} from "./requirements.ts";
export { type ProjectFile, weightPaths } from "./weight-paths.ts";

export { type CogBasePlan, planCogBase } from "./cog-base.ts";
export { defaultImageName } from "./image-name.ts";
export {
  type BaseImage,
  type BuildPlan,
  type NodeRelease,
  type SdkSource,
  STAGED_FOLDERS,
  type StagedFile,
  type StagedFolder,
  type Variable,
} from "./plan.ts";
export { type PlanInput, planBuild, SERVER_VARIABLES } from "./plan-build.ts";
export { isWeight, type ProjectFile, weightPaths } from "./weight-paths.ts";

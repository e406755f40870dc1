export { findArtifact, type WeightArtifact } from "./artifact.ts";
export { mustBeInSync } from "./drift.ts";
export { explainRegistry } from "./failure.ts";
export { type FetchRequest, fetchWeights, type NeededWeight, parseImageWeights } from "./fetch.ts";
export { type ImportPlan, type ImportRequest, importWeights, planWeights } from "./import.ts";
export { noLock, parseLock, readLock } from "./lock.ts";
export {
  type LocalWeights,
  localWeights,
  type MountRequest,
  type Mounts,
  mountWeights,
  removeKeptMounts,
} from "./mounts.ts";
export { isWeightTag } from "./objects.ts";
export { pruneStore } from "./prune.ts";
export { type PullRequest, pullWeights } from "./pull.ts";
export { pushWeights } from "./push-again.ts";
export { asking, presentLayers, type WeightRepository } from "./repository.ts";
export { parseSize, weightSize } from "./size-text.ts";
export { projectSources } from "./sources/uri.ts";
export { statusOf } from "./status.ts";
export { WeightStore } from "./store.ts";
export type { Telling } from "./telling.ts";

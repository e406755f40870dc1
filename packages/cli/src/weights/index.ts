export { mustBeInSync } from "./drift.ts";
export { explainRegistry } from "./failure.ts";
export { type ImportPlan, type ImportRequest, importWeights, planWeights } from "./import.ts";
export { readLock } from "./lock.ts";
export { type LocalWeights, localWeights, type MountRequest, type Mounts, mountWeights } from "./mounts.ts";
export { type PullRequest, pullWeights } from "./pull.ts";
export { presentLayers, type WeightRepository } from "./repository.ts";
export { weightSize } from "./size-text.ts";
export { statusOf } from "./status.ts";

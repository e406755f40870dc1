export {
  endKept,
  type KeptModel,
  type KeptState,
  keptFile,
  liveKept,
  openKept,
  writeKept,
} from "./kept.ts";
export { type Model, readModel } from "./model.ts";
export { type PredictionOptions, predictOn } from "./predict.ts";
export { mustBeUp, type Reloadable, reloadModel } from "./reload.ts";
export { type Reuse, reuseKept, type Wanted } from "./reuse.ts";
export { type SessionOptions, withRunningModel } from "./session.ts";
export { SourceWatcher } from "./watch.ts";
export { type WeightPlaces, weightMounts } from "./weight-mounts.ts";

export { type Access, type AccessOptions, openAccess, openDirectly } from "./access.ts";
export { type BundleRequest, findWeights, type PushedBundle, platformOf, pushBundle } from "./bundle.ts";
export type { NoBase } from "./code-base.ts";
export {
  type CodePlace,
  type CodeSettings,
  configWithCode,
  diffIdsOf,
  labelsOf,
  manifestOf,
  placeOfCode,
  saysTheSame,
} from "./code-image.ts";
export { type CodePushOutcome, type CodeToPush, pushCode } from "./code-push.ts";
export type { DirectPush, PushContext, PushEvent } from "./context.ts";
export { explainRefusal } from "./failure.ts";
export { noteFullPush } from "./full-push-note.ts";
export { type LastPush, lastPushFile, readLastPush } from "./last-push.ts";
export { newPushId } from "./push-id.ts";
export { type Pushed, pushTo } from "./push-image.ts";
export { configText, type ImagePlace, imageIn, manifestText, objectIn } from "./read-image.ts";
export {
  loginCommands,
  type ModelVariables,
  modelRepository,
  type PushTarget,
  REPLICATE,
  resolveTarget,
} from "./reference.ts";
export { withScratch } from "./scratch.ts";

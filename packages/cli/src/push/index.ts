export { type Access, type AccessOptions, openAccess } from "./access.ts";
export { type BundleRequest, findWeights, type PushedBundle, platformOf, pushBundle } from "./bundle.ts";
export type { DirectPush, PushContext, PushEvent } from "./context.ts";
export { newPushId } from "./push-id.ts";
export { type Pushed, pushTo } from "./push-image.ts";
export { type ModelVariables, modelRepository, type PushTarget, REPLICATE, resolveTarget } from "./reference.ts";

export { type Access, type AccessOptions, checkAccess } from "./access.ts";
export { newPushId } from "./push-id.ts";
export { type Pushed, pushTo } from "./push-image.ts";
export { type ModelVariables, modelRepository, type PushTarget, REPLICATE, resolveTarget } from "./reference.ts";

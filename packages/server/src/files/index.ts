export type { FileInputs, InputRules } from "./inputs.ts";
export { urlProblems } from "./inputs.ts";
export type { LazyObjects } from "./objects.ts";
export { checkObjects, lazyObjects, prefixProblem } from "./objects.ts";
export { readPutUrls } from "./put-urls.ts";
export { TemporaryRoot } from "./temporary.ts";
export type { OnTransfer, Transfer, TransferResult } from "./transfer.ts";
export { FileWorkspace } from "./workspace.ts";

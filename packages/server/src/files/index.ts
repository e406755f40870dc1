export type { FileInputs } from "./inputs.ts";
export { urlProblems } from "./inputs.ts";
export { TemporaryRoot } from "./temporary.ts";
export type { OnTransfer, Transfer, TransferResult } from "./transfer.ts";
export { FileWorkspace } from "./workspace.ts";

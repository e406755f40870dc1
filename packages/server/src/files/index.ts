export type { FileInputs } from "./inputs.ts";
export { localPathProblems } from "./inputs.ts";
export { TemporaryRoot } from "./temporary.ts";
export { FileWorkspace } from "./workspace.ts";

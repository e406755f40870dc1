export type { FileInputs } from "./inputs.ts";
export { urlProblems } from "./inputs.ts";
export { TemporaryRoot } from "./temporary.ts";
export { FileWorkspace } from "./workspace.ts";

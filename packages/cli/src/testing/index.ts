export { answer, type Fault, type FaultProxy, faultProxy } from "./fault-proxy.ts";
export { type ToolHere, toolHere } from "./tools-here.ts";
export { sha, testRegistry, WeightsTrial, weight } from "./weights-trial.ts";

export { Gate } from "./gate.ts";
export { inLanes } from "./lanes.ts";

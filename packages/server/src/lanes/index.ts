export { inLanes } from "./lanes.ts";

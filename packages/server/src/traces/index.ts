export type { Traces } from "./traces.ts";
export { startTraces } from "./traces.ts";

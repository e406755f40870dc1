export type { LogFields, ModelOutput } from "./log.ts";
export { Log, traceFields } from "./log.ts";

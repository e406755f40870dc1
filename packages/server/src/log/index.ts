export type { LogFields, ModelOutput } from "./log.ts";
export { Log } from "./log.ts";

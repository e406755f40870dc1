export type {
  Availability,
  Context,
  Engine,
  EngineName,
  ExecOptions,
  KeptPlace,
  Prepared,
  QueuePlace,
  RunningModel,
  StartOptions,
  Surroundings,
  Target,
  Volume,
} from "./engine.ts";
export { type Container, followLog, type LogOptions, listContainers, stopKept } from "./kept.ts";
export { examineLocally, loadEngine } from "./load.ts";
export type { LocalSettings } from "./local/settings.ts";
export { mustBeInPlace } from "./local/volumes.ts";
export { publishArgument } from "./publish.ts";

export type {
  Availability,
  Context,
  Engine,
  EngineName,
  ExecOptions,
  Prepared,
  RunningModel,
  StartOptions,
  Target,
} from "./engine.ts";
export { loadEngine } from "./load.ts";
export type { LocalSettings } from "./local/settings.ts";

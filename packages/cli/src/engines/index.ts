import { dockerEngine } from "./docker/engine.ts";

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
export { dockerEngine };

export type {
  Environment,
  Invocation,
  Launcher,
  LogLevel,
  LogSettings,
  ProxySettings,
  Settings,
  WorkerFds,
} from "./settings.ts";
export { readInvocation, USAGE } from "./settings.ts";

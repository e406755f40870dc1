export type {
  DownloadSettings,
  Environment,
  Invocation,
  Launcher,
  LogLevel,
  LogSettings,
  ProxySettings,
  Settings,
  WorkerFds,
} from "./settings.ts";
export { givenTemporaryRoot, readInvocation, USAGE } from "./settings.ts";

export type { GatewayInvocation, GatewaySettings } from "./gateway.ts";
export { GATEWAY_USAGE, readGatewayInvocation } from "./gateway.ts";
export type { QueueSettings } from "./queue.ts";
export type {
  DownloadSettings,
  Environment,
  Invocation,
  Launcher,
  LogLevel,
  LogSettings,
  ProxySettings,
  Settings,
  WeightSettings,
  WorkerFds,
} from "./settings.ts";
export { givenTemporaryRoot, readInvocation } from "./settings.ts";
export type { StorageSettings, UploadResult } from "./storage.ts";
export type { TraceSettings } from "./traces.ts";

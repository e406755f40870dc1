export { deviceFor, visibleDevices } from "./devices.ts";
export type { LogPart } from "./frames.ts";
export { adoptWorker, spawnWorker } from "./link.ts";
export type { PoolState } from "./pool.ts";
export { Pool } from "./pool.ts";
export { WorkerProcess } from "./process.ts";
export type { SupervisorOptions, SupervisorState } from "./supervisor.ts";
export { Supervisor } from "./supervisor.ts";
export type { Job, Running, Worker, WorkerEvent, WorkerFailed, WorkerFailure } from "./worker.ts";

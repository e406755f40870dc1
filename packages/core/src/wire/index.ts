export type {
  FailedPayload,
  FileInputKind,
  FrameKind,
  GuardianMessage,
  HealthPayload,
  InterfacePayload,
  MetricPayload,
  OutputFile,
  OutputWithFiles,
  PredictPayload,
  ReadyPayload,
  SetupFailedPayload,
} from "./worker.ts";
export { FRAME_FLAGS, FRAME_HEADER_BYTES, FRAME_KINDS, SPILL_BYTES, WORKER_FDS_VARIABLE } from "./worker.ts";

export type {
  DiscoveryResponse,
  HealthResponse,
  HealthState,
  Notification,
  SetupReport,
  VersionReport,
} from "./health.ts";
export type {
  ErrorResponse,
  PredictionRequest,
  PredictionResponse,
  PredictionStatus,
  StreamEvent,
  ValidationProblem,
  ValidationResponse,
  WebhookEvent,
} from "./prediction.ts";
export { WEBHOOK_EVENTS } from "./prediction.ts";
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

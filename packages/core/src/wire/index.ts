export type {
  DiscoveryResponse,
  HealthResponse,
  HealthState,
  InstanceResponse,
  Notification,
  SetupReport,
  VersionReport,
} from "./health.ts";
export { INSTANCE_HEADER } from "./health.ts";
export { ENVIRONMENT_LABEL, PUSH_ID_LABEL } from "./images.ts";
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
  DeadJob,
  QueueEvent,
  QueueJob,
  QueueKeys,
  QueueResult,
  QueueWorker,
} from "./queue.ts";
export {
  CANCEL_TTL_SECONDS,
  DEAD_KEPT,
  EVENTS_KEPT,
  JOB_FIELD,
  JOB_MOST_BYTES,
  LOCK_MS,
  queueKeys,
  queueOfPriority,
  RESULT_TTL_SECONDS,
  WORKER_GONE_MS,
} from "./queue.ts";
export type {
  ImageWeights,
  LockedFile,
  LockedLayer,
  LockedSource,
  LockedWeight,
  WeightConfigBlob,
  WeightEvent,
  WeightState,
  WeightStatus,
  WeightsLock,
  WeightsStatusDocument,
} from "./weights.ts";
export {
  IMAGE_WEIGHTS_FILE,
  WEIGHT_ANNOTATIONS,
  WEIGHT_ARTIFACT_TYPE,
  WEIGHT_CONFIG_TYPE,
  WEIGHT_LAYER_TYPES,
  WEIGHT_MARKERS,
  WEIGHTS_LOCK_FILE,
  WEIGHTS_LOCK_VERSION,
} from "./weights.ts";
export type {
  ExceptionFacts,
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
  TraceContext,
} from "./worker.ts";
export {
  END_WORKER,
  FRAME_FLAGS,
  FRAME_HEADER_BYTES,
  FRAME_KINDS,
  SPILL_BYTES,
  WORKER_FDS_VARIABLE,
} from "./worker.ts";

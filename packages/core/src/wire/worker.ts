/**
 * The protocol between the server (Node) and a worker (Python), over one socketpair per worker.
 *
 *   frame  = u32 length of the rest · u8 kind · u8 flags · u32 sequence · body      (little-endian)
 *
 * `sequence` numbers the predictions of a worker from 1; 0 means "none". Frames of one prediction keep their
 * order; frames of several predictions interleave freely. Kinds below 16 go to the worker, the rest come from it.
 * The body of output, done, failed and canceled is
 *
 *   u32 length of logs · logs · payload            logs = ( u8 source (1 stdout, 2 stderr) · u32 length · UTF-8 )*
 *
 * and of a log frame just `logs`. Every payload is JSON in UTF-8. The payload of output and done is the model's
 * value and is spliced into the answer without being parsed, unless `flags` says otherwise. A worker that dies
 * closes its end; whoever waits on it learns the reason from the guardian (`GuardianMessage`).
 *
 * The Python end is `python/src/cog/_modules/_worker/_channel.py`; `conformance/wire/` holds frames as bytes that
 * both ends must read and write.
 */
import type { Json, JsonObject } from "@cog/core/json";
import type { ModelInterface } from "@cog/core/schema";

export const FRAME_KINDS = {
  // to the worker
  predict: 1,
  cancel: 2,
  healthcheck: 3,
  inspect: 4,
  shutdown: 5,
  // from the worker
  ready: 16,
  setupFailed: 17,
  log: 18,
  output: 19,
  done: 20,
  failed: 21,
  canceled: 22,
  metric: 23,
  health: 24,
  interface: 25,
} as const;

export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS];

export const FRAME_FLAGS = {
  /** The payload is an `OutputWithFiles`: parse it, put each file's content or URL at its pointer. */
  files: 1,
  /** done: the output is the array of the output frames sent before; the payload is empty. */
  iterated: 2,
  /** Bytes written to fd 1 or 2 are still in the raw output pipe: read them before ending the prediction. */
  rawPending: 4,
  /** The payload is the path (UTF-8) of a file that holds the payload; the reader deletes it. Used above SPILL_BYTES. */
  spilled: 8,
} as const;

/** Payloads above this size go through a file, so that one large answer does not hold up the other slots. */
export const SPILL_BYTES = 6 * 1024 * 1024;

/** The part of a frame before its body, including the length itself. */
export const FRAME_HEADER_BYTES = 10;

/** Payload of `predict`. File inputs hold local paths that the server prepared; `files` names the ones it deletes later. */
export interface PredictPayload {
  readonly id: string;
  readonly input: JsonObject;
  readonly context: Readonly<Record<string, string>>;
  /** What the model reads as `current_scope().trace_context`; absent when the request has none. */
  readonly trace?: TraceContext;
}

/** Headers of W3C Trace Context, as they came. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** How a file input wants its value, by its annotation: URLs of `path` inputs are fetched by the server, of `file` inputs by the model. */
export type FileInputKind = "path" | "file";

/** Payload of `ready`. */
export interface ReadyPayload {
  readonly pid: number;
  /** Predictions this worker runs at once, after COG_MAX_CONCURRENCY, cog.yaml and `@cog.concurrent`. */
  readonly slots: number;
  /** The inputs annotated Path or File (also inside Optional and list). */
  readonly files: Readonly<Record<string, FileInputKind>>;
  /** The class has a `healthcheck` method. */
  readonly healthcheck: boolean;
}

/** Payload of `setupFailed`. The traceback went to the logs. */
export interface SetupFailedPayload {
  readonly error: string;
}

/** Payload of `failed`: the message of the exception, or its type's name when that is empty. The traceback went to the logs. */
export interface FailedPayload {
  readonly error: string;
  readonly exception?: ExceptionFacts;
}

/** For traces. */
export interface ExceptionFacts {
  /** Name of its class. */
  readonly type: string;
  /** The traceback, where COG_OTEL_STACKS asks for it. */
  readonly stack?: string;
}

/** Payload of `metric`; a null value deletes. */
export interface MetricPayload {
  readonly name: string;
  readonly value: Json;
  readonly mode: "replace" | "increment" | "append";
}

/** Payload of `health`. */
export interface HealthPayload {
  readonly healthy: boolean;
  readonly error?: string;
}

/** Payload of `interface`, the answer to `inspect`. */
export type InterfacePayload = ModelInterface | { readonly error: string };

/** Payload of output and done with the `files` flag. */
export interface OutputWithFiles {
  /** The value, with null where a file goes. */
  readonly value: Json;
  readonly files: readonly OutputFile[];
}

export interface OutputFile {
  /** Keys and indexes from the root of `value`; empty when the value itself is the file. */
  readonly at: readonly (string | number)[];
  /** Absolute local path: a copy that the model no longer touches, where there was room for one. */
  readonly path: string;
  /** Name to upload it under. */
  readonly name: string;
  /** Delete it once its answer has been delivered. */
  readonly temporary: boolean;
}

/**
 * What the guardian (the small process that forks the worker and waits for it) tells the server, one JSON
 * document a line, on the control socket. When the server's end closes, the guardian kills the worker's group, and
 * removes the temporary files that a server which was killed has left.
 */
export type GuardianMessage =
  | { readonly event: "started"; readonly pid: number }
  | { readonly event: "exited"; readonly code: number }
  | { readonly event: "killed"; readonly signal: string; readonly outOfMemory: boolean };

/** What the server writes to the guardian when it wants the worker's group killed, and lives on itself. */
export const END_WORKER = "end\n";

/**
 * Environment by which the launcher (`python -m cog.server.http`) hands a worker that it already forked to the server:
 * `channel,control,output` as descriptor numbers. `output` is the read end of the pipe behind the worker's fd 1 and 2.
 */
export const WORKER_FDS_VARIABLE = "COG_WORKER_FDS";

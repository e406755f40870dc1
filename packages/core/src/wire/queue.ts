/**
 * Predictions through a Redis stream: the keys, and what is in them. Producers (`cog queue submit`, `cog gateway`, anybody
 * with a Redis client) add a job to the stream; workers take it, tell what happens in its event stream, and keep the last
 * snapshot in its result hash. Redis ≥ 6.2.
 *
 * The names below the `cog:` prefix are a contract between versions of producers and workers: they never change.
 */
import type { JsonObject } from "@cog/core/json";
import type { HealthState } from "./health.ts";
import type { PredictionResponse, PredictionStatus, StreamEvent, WebhookEvent } from "./prediction.ts";

/** The one field of an entry of the job stream; holds the job as JSON. */
export const JOB_FIELD = "value";

/** A longer job is not run: files go by URL. */
export const JOB_MOST_BYTES = 1024 * 1024;

/** How long results and events are kept when neither the job nor the worker says otherwise. */
export const RESULT_TTL_SECONDS = 24 * 60 * 60;

/** How long the cancel key of a prediction that runs is there; that of one that waits, as long as its result. */
export const CANCEL_TTL_SECONDS = 60 * 60;

/** About how many events of one prediction are kept. */
export const EVENTS_KEPT = 1000;

/** About how many poison jobs are kept. */
export const DEAD_KEPT = 10_000;

/** How long a lock holds without being renewed. */
export const LOCK_MS = 30_000;

/** A worker that has not been seen for so long is gone. */
export const WORKER_GONE_MS = 30_000;

export interface QueueKeys {
  /** Stream of jobs, one field `value` each. */
  readonly jobs: string;
  /** The consumer group on `jobs` has the queue's own name, as in all versions of Cog. */
  readonly group: string;
  /** Stream of poison jobs: `DeadJob`. */
  readonly dead: string;
  /** Hash: consumer → `QueueWorker` as JSON. */
  readonly workers: string;
  /** String: the model's OpenAPI document. Each worker writes it when it is ready; it never expires, so that inputs can be
   * checked while no worker is up. */
  readonly schema: string;
  /** Hash: `QueueResult`. */
  result(id: string): string;
  /** Stream: `QueueEvent` in the fields `event` and `data`; unless the job names a `result_stream`. */
  events(id: string): string;
  /** String: while it exists the prediction is to be canceled; unless the job names a `cancel_key`. */
  cancel(id: string): string;
  /** String: the consumer that runs it now. */
  lock(id: string): string;
}

export function queueKeys(queue: string): QueueKeys {
  const prefix = `cog:${queue}`;
  return {
    jobs: queue,
    group: queue,
    dead: `${prefix}:dead`,
    workers: `${prefix}:workers`,
    schema: `${prefix}:schema`,
    result: (id) => `${prefix}:result:${id}`,
    events: (id) => `${prefix}:events:${id}`,
    cancel: (id) => `${prefix}:cancel:${id}`,
    lock: (id) => `${prefix}:lock:${id}`,
  };
}

/**
 * The queue that jobs of a priority go to, `my-model:high`: a queue like any other, with keys of its own. Which workers
 * serve it, and in which order, is theirs to be told (`--queue my-model:high --queue my-model`).
 */
export function queueOfPriority(queue: string, priority: string | undefined): string {
  return priority === undefined || priority === "" ? queue : `${queue}:${priority}`;
}

/** A job, in the field `value`. Other members are echoed in snapshots, as older versions of Cog did. */
export interface QueueJob {
  /** Names the prediction, and makes a second delivery harmless; absent: the id of the stream entry. */
  readonly id?: string;
  readonly input: JsonObject;
  readonly context?: Readonly<Record<string, string>>;
  readonly webhook?: string;
  /** Absent: all events; `completed` is sent in any case. */
  readonly webhook_events_filter?: readonly WebhookEvent[];
  /** Old: the key that every snapshot is written to, when there is no `webhook`. */
  readonly response_queue?: string;
  /** The key whose existence cancels, in place of the queue's own for this id. */
  readonly cancel_key?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** ISO 8601. */
  readonly created_at?: string;
  /** ISO 8601; a job that was not started by then fails with `expired in queue`. */
  readonly deadline?: string;
  /** The stream that events go to, in place of the queue's own for this id. */
  readonly result_stream?: string;
  /** Seconds. */
  readonly result_ttl?: number;
  /** The producer's word for the queue it chose by `queueOfPriority`; workers only echo it. */
  readonly priority?: string;
  /** Deliveries before the job is dead; absent: the worker's own limit. */
  readonly attempt_limit?: number;
  /** Output files go to these presigned URLs, in order. */
  readonly upload?: { readonly put_urls: readonly string[] };
  /** Output files are uploaded below this URL. */
  readonly output_file_prefix?: string;
}

/**
 * The hash of a result. A producer may make it before it adds the job, with `status` `starting` and the first snapshot:
 * then the id is taken, and can be looked up, before a worker has seen it.
 */
export interface QueueResult {
  readonly status: PredictionStatus;
  /** The last snapshot, `PredictionResponse` as JSON. */
  readonly json: string;
  /** The consumer that runs or ran it. */
  readonly worker?: string;
  /** 1 at the first delivery. */
  readonly attempt?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
}

type StreamData<Name extends StreamEvent["event"]> = Extract<StreamEvent, { event: Name }>["data"];

/**
 * An entry of an event stream: `event` is the field of that name, `data` is JSON in the field `data`, and what the
 * server-sent event of the same kind holds. `completed` is the last one.
 */
export type QueueEvent =
  | { readonly event: "start"; readonly data: StreamData<"start"> }
  | { readonly event: "output"; readonly data: StreamData<"output"> }
  | { readonly event: "logs"; readonly data: StreamData<"log"> }
  | { readonly event: "metric"; readonly data: StreamData<"metric"> }
  /** Another worker begins again: what came before belongs to an attempt that was lost. */
  | { readonly event: "restart"; readonly data: StreamData<"restart"> }
  | { readonly event: "completed"; readonly data: PredictionResponse };

/** What a worker says of itself, every ten seconds and when it changes. It removes its entry when it stops. */
export interface QueueWorker {
  readonly slots: number;
  readonly busy: number;
  /** When it wrote this, in milliseconds since 1970 by the clock of Redis (`TIME`): clocks of machines differ. */
  readonly seen: number;
  readonly version: string;
  /** As its health check says; absent: READY, or BUSY when no slot is free. */
  readonly status?: HealthState;
}

/** The fields of an entry of the stream of poison jobs. */
export interface DeadJob {
  /** The job as it was delivered. */
  readonly value: string;
  readonly error: string;
  readonly deliveries: string;
  /** Of the prediction, or of the stream entry. */
  readonly id: string;
}

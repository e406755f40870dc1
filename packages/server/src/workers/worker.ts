/** What the rest of the server knows of a worker. */
import type { ExceptionFacts, FileInputKind, MetricPayload, TraceContext } from "@cog/core/wire";
import type { RawJson, RawValue } from "#raw-json";

export interface Worker {
  readonly slots: number;
  /** Inputs that want files. */
  readonly files: Readonly<Record<string, FileInputKind>>;
  /** Runs one prediction; exactly one of done, failed and canceled comes, and comes last. */
  run(job: Job, sink: (event: WorkerEvent) => void): Running;
}

export interface Job {
  readonly id: string;
  readonly input: RawJson;
  readonly context: Readonly<Record<string, string>>;
  readonly trace: TraceContext | undefined;
}

export interface Running {
  cancel(): void;
  /** Stops reading what the model produces; false when other predictions share the channel. */
  pause(): boolean;
  resume(): void;
}

/** Its code raised; its process ended, for want of memory or otherwise; or it could not be given its input. */
export type WorkerFailure = "exception" | "worker_crash" | "oom" | "internal";

export interface WorkerFailed {
  readonly error: string;
  readonly reason: WorkerFailure;
  /** What the model's code raised. */
  readonly exception?: ExceptionFacts;
}

export type WorkerEvent =
  | { readonly type: "log"; readonly source: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "metric"; readonly metric: MetricPayload }
  | { readonly type: "output"; readonly payload: RawValue; readonly files: boolean }
  | { readonly type: "done"; readonly payload: RawValue; readonly files: boolean; readonly iterated: boolean }
  | ({ readonly type: "failed" } & WorkerFailed)
  | { readonly type: "canceled" };

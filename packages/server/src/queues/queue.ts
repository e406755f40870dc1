/**
 * What the consumer needs of a queue, whatever keeps it. An adapter is a file; `conformance/queue` is what each must pass.
 * Every call waits until the queue can be reached again, and rejects only when the queue is closed.
 */
import type { DeadJob, QueueKeys, QueueWorker } from "@cog/core/wire";

/** A message that was given to this worker, and that nobody has acknowledged. */
export interface Delivery {
  readonly entry: string;
  /** Undefined: it has not the field that holds a job. */
  readonly text: string | undefined;
  /** This one included. */
  readonly count: number;
}

/** What the queue must know of a job that is under way. */
export interface Holding {
  readonly entry: string;
  readonly id: string;
}

export type Beginning =
  /** It is ours to run. */
  | { readonly type: "begun"; readonly canceled: boolean }
  /** It has ended before, and only the acknowledgement was lost; it is locked too. */
  | { readonly type: "ended"; readonly json: string }
  /** Another worker runs it at this moment. */
  | { readonly type: "held" };

/** One change to what is kept; applied together with others or not at all. */
export type Change =
  | {
      readonly type: "event";
      readonly key: string;
      readonly event: string;
      readonly data: string;
      readonly ttlSeconds: number;
    }
  | {
      readonly type: "result";
      readonly id: string;
      readonly fields: Readonly<Record<string, string>>;
      readonly ttlSeconds: number;
    }
  /** The reply of older versions: the key is the producer's, and may be unusable. */
  | { readonly type: "reply"; readonly key: string; readonly text: string; readonly how: "set" | "push" }
  | { readonly type: "measure"; readonly stream: string; readonly seconds: number }
  /** Keeps it with the poison jobs. */
  | { readonly type: "bury"; readonly job: DeadJob }
  /** It is done with, and nobody's any more. */
  | { readonly type: "acknowledge"; readonly entry: string; readonly id: string };

/** How much waits, for metrics; undefined where Redis cannot say. */
export interface Backlog {
  readonly lag: number | undefined;
  readonly pending: number;
}

export interface Queue {
  readonly keys: QueueKeys;
  /** Messages that nobody had yet. Waits `waitMs` for the first one. */
  take(options: { readonly count: number; readonly waitMs: number }): Promise<readonly Delivery[]>;
  /** Messages of workers that have not been heard of for `idleMs`. */
  reclaim(options: { readonly count: number; readonly idleMs: number }): Promise<readonly Delivery[]>;
  begin(job: Holding & { readonly cancelKey: string }): Promise<Beginning>;
  /** Keeps the job ours. False: another worker has it. */
  hold(job: Holding): Promise<boolean>;
  /** Applies all changes if the job is still ours; tells whether it did. */
  write(job: Holding, changes: readonly Change[]): Promise<boolean>;
  /** Lets another worker have it at once. `asNew`: this delivery does not count. */
  handBack(job: Holding, options: { readonly count: number; readonly asNew: boolean }): Promise<void>;
  /** Which of these keys exist. */
  exist(keys: readonly string[]): Promise<readonly boolean[]>;
  /** Tells what the model takes. */
  describe(schemaText: string): Promise<void>;
  /** Tells what this worker is doing; undefined: it is gone. */
  announce(worker: Omit<QueueWorker, "seen"> | undefined): Promise<void>;
  /** Forgets workers that ended long ago, and own nothing. */
  tidy(): Promise<void>;
  backlog(): Promise<Backlog>;
  /** Adds to a stream of durations, as older versions of Cog kept them. */
  measure(stream: string, seconds: number): Promise<void>;
}

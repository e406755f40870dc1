/** What endpoints work with. */
import type { FileInputs, InputRules } from "#files";
import type { Health } from "#health";
import type { RejectionReason } from "#metrics";
import type { Predictions, Target } from "#predictions";
import type { FunctionSchema, Schema } from "#schema";
import type { Webhooks } from "#webhooks";
import type { Scrape } from "./endpoints/metrics.ts";

/** One function of the model, and what is known of it. */
export interface ModelFunction extends Target {
  /** Undefined until it is known, or when the model has none. */
  readonly schema: () => FunctionSchema | undefined;
  /** Its inputs that want files, once it runs. */
  readonly fileInputs: () => FileInputs;
  /** Starts what runs it, where that waits for the first request. Says why it cannot be run. */
  readonly begin: () => string | undefined;
}

export interface Context {
  /** What `/predictions` calls. */
  readonly prediction: ModelFunction;
  /** What `/trainings` calls; undefined: there is no such route. */
  readonly training: ModelFunction | undefined;
  readonly sdkVersion: string;
  readonly predictions: Predictions;
  readonly webhooks: Webhooks;
  readonly health: Health;
  /** Undefined until it is known, or when the model has none. */
  readonly schema: () => Schema | undefined;
  readonly inputRules: InputRules;
  readonly uploadUrl: string | undefined;
  readonly streamHistory: number;
  readonly streamKeepAliveMs: number;
  readonly probePrefix: string;
  /** Of `GET /metrics`; undefined: there is no such route. */
  readonly scrape: Scrape | undefined;
  /** A request for a prediction was refused. */
  readonly onRejected: (reason: RejectionReason) => void;
  readonly onDropped: (names: readonly string[]) => void;
  /** Who this server is, to the one who started it: it may reload the model. */
  readonly instance: string | undefined;
  /** Loads the model's code again; resolves when it is ready or has failed. */
  readonly reload: () => Promise<void>;
  /** Stops the server in order; returns at once. */
  readonly shutdown: () => void;
}

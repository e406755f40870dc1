/** What endpoints work with. */
import type { FileInputs } from "#files";
import type { Health } from "#health";
import type { Predictions } from "#predictions";
import type { Mode, Schema } from "#schema";
import type { Webhooks } from "#webhooks";

export interface Context {
  readonly mode: Mode;
  readonly sdkVersion: string;
  readonly predictions: Predictions;
  readonly webhooks: Webhooks;
  readonly health: Health;
  /** Undefined until it is known, or when the model has none. */
  readonly schema: () => Schema | undefined;
  /** Inputs of the running model that want files. */
  readonly fileInputs: () => FileInputs;
  readonly localPathInputs: boolean;
  readonly uploadUrl: string | undefined;
  readonly streamHistory: number;
  readonly streamKeepAliveMs: number;
  readonly probePrefix: string;
  readonly onDropped: (names: readonly string[]) => void;
  /** Stops the server in order; returns at once. */
  readonly shutdown: () => void;
}

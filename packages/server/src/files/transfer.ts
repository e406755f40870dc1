/** Uploads and downloads as those who measure see them. */
import type { TraceContext } from "@cog/core/wire";

export interface Transfer {
  readonly kind: "upload" | "download";
  /** What it belongs to. */
  readonly trace: TraceContext | undefined;
}

export type TransferResult = "succeeded" | "failed" | "canceled";

/** Told when a transfer begins; what it returns is told how it ended, and why. */
export type OnTransfer = (transfer: Transfer) => (result: TransferResult, error?: unknown) => void;

/** Does `work`, and tells those who measure. */
export async function measured<T>(work: () => Promise<T>, { transfer, signal, onTransfer }: Measuring): Promise<T> {
  const ended = onTransfer.map((begin) => begin(transfer));
  try {
    const value = await work();
    for (const tell of ended) tell("succeeded");
    return value;
  } catch (error) {
    for (const tell of ended) tell(signal.aborted ? "canceled" : "failed", error);
    throw error;
  }
}

interface Measuring {
  readonly transfer: Transfer;
  /** Of the prediction. */
  readonly signal: AbortSignal;
  readonly onTransfer: readonly OnTransfer[];
}

/** Why a worker ended, in words. */
import type { GuardianMessage } from "@cog/core/wire";

/** How a worker's life ended. */
export type WorkerEnd =
  | Exclude<GuardianMessage, { event: "started" }>
  /** The guardian said nothing. */
  | { readonly event: "lost"; readonly detail: string }
  /** We ended it: a canceled prediction was still there after the grace it has. */
  | { readonly event: "replaced"; readonly graceMs: number }
  /** We ended it: its code has changed. */
  | { readonly event: "reloaded" };

export function describeEnd(end: WorkerEnd): string {
  switch (end.event) {
    case "exited":
      return `the model's process exited with code ${end.code}`;
    case "killed":
      return end.outOfMemory
        ? `the model's process ran out of memory and was killed (${end.signal})`
        : `the model's process was killed by ${end.signal}`;
    case "lost":
      return `the model's process is gone (${end.detail})`;
    case "reloaded":
      return "the model was reloaded, because its code has changed";
    case "replaced":
      return `the model's process was replaced: a canceled prediction went on for longer than COG_CANCEL_GRACE (${end.graceMs / 1000} s)`;
  }
}

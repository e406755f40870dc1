/** A step of `cog migrate`: from what works and is old to what is written today. Each is a file here and a line in `list.ts`. */
import type { Place } from "@cog/core/errors";
import type { Subject } from "../subject.ts";

export type MigrationPlan =
  | { readonly kind: "nothing" }
  /** It is old, and cannot be changed without guessing. */
  | { readonly kind: "refused"; readonly because: string }
  | {
      readonly kind: "ready";
      /** As a question is asked about it: "Move … into …". */
      readonly what: string;
      readonly places: readonly Place[];
      /** Writes into the subject's draft. */
      apply(): void;
    };

export interface MigrationStep {
  readonly id: "requirements" | "optional-inputs" | "predict-to-run";
  plan(subject: Subject): MigrationPlan;
}

export const NOTHING = { kind: "nothing" } as const satisfies MigrationPlan;

export function refused(because: string): MigrationPlan {
  return { kind: "refused", because };
}

/** What checks find, and what a check is. Adding one is a file in `checks/` and its line in `list.ts`. */
import type { CogError, ErrorCode, Place } from "@cog/core/errors";
import type { Subject } from "./subject.ts";

/** An error keeps the model from being built or run; a hint is about taste. */
export type Severity = "error" | "warning" | "hint";

export interface Finding {
  readonly severity: Severity;
  readonly message: string;
  /** Of the error that any other command would end with, where there is one: `config.not_found`. */
  readonly code?: ErrorCode | undefined;
  readonly place?: Place | undefined;
  /** `--fix` mends it. */
  readonly fixable?: true | undefined;
  /** What to do about it by hand. */
  readonly remedy?: string | undefined;
}

export type Look =
  | {
      readonly kind: "looked";
      readonly findings: readonly Finding[];
      /** What is worth knowing though nothing is wrong. */
      readonly notes?: readonly string[];
    }
  | { readonly kind: "skipped"; readonly because: string };

export interface Check {
  /** Stable: scripts may rely on it. */
  readonly id: string;
  readonly group: "Config" | "Python" | "Environment";
  readonly title: string;
  look(subject: Subject): Promise<Look> | Look;
  /** Writes into the subject's draft what mends the findings that are fixable. */
  fix?(subject: Subject): void;
}

export function looked(findings: readonly Finding[], notes: readonly string[] = []): Look {
  return notes.length === 0 ? { kind: "looked", findings } : { kind: "looked", findings, notes };
}

export function skipped(because: string): Look {
  return { kind: "skipped", because };
}

/** What any other command would end with. */
export function findingsOf({ code, message, place, hint, several }: CogError): readonly Finding[] {
  const problems = several.length > 0 ? several : [{ message, place, hint }];
  return problems.map((one) => ({
    severity: "error",
    code,
    message: one.message,
    place: one.place,
    remedy: one.hint,
  }));
}

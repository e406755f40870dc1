/**
 * The error family:
 *
 *   CogError              has a stable `code`, a message and, where one exists, a `hint` (what to do next)
 *   ├─ UserError          the user can fix it; shown without a stack
 *   └─ UnavailableError   may work if tried again (network, engine, port)
 *
 * Any other Error is a bug of ours and is shown with its stack.
 */

import type { ErrorCode } from "./codes.ts";
import { nextStepOf } from "./next-steps.ts";

/** Where in a file of the user's an error lies. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The source line itself, shown with a caret under `column`. */
  readonly source?: string;
}

/** One of several things found wrong at once. */
export interface Problem {
  readonly message: string;
  readonly place?: Place | undefined;
  readonly hint?: string | undefined;
}

interface Details {
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
  /** Several problems in place of one: each is shown with its own place and hint, and `message` is not. */
  readonly several?: readonly Problem[] | undefined;
  readonly cause?: unknown;
}

export class CogError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;
  readonly several: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint ?? nextStepOf(code);
    this.place = details.place;
    this.several = details.several ?? [];
  }
}

export class UserError extends CogError {}

export class UnavailableError extends CogError {}

/** What the system called a failure: `ENOENT`, `EACCES` and the like. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** Of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why the system refused, in its words: without its code for it and without the path, which whoever tells it names. */
export function systemReasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/^[A-Z0-9]+: /, "")
    .replace(/, \w+( '.*')?$/s, "");
}

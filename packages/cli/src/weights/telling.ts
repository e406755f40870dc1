import type { Reporter } from "#report";

/** What a long story needs besides its subject: somebody to tell, and a way to be broken off. */
export interface Telling {
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** One thing done to a server that answers one or more rows; each round does it afresh, to each side in turn. */
import type { Subject } from "../question.ts";
import type { Contestant } from "./contestants.ts";

export interface Experiment {
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  /** One sample for each subject, by its id. */
  measure(contestant: Contestant, effort: Effort): Promise<Readonly<Record<string, number>>>;
}

/** Picks the count for the run: the full one, or the one of --quick. */
export type Effort = (full: number, quick: number) => number;

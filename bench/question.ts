/** What every file of this folder answers with, so that one place prints and judges it. */

export interface Question {
  readonly name: string;
  readonly summary: string;
  run(options: Options): Promise<Answer>;
}

export interface Options {
  readonly quick: boolean;
  /** Ours from the working tree, not from the built wheel. */
  readonly source: boolean;
  readonly side?: Side;
  /** Folder for CPU profiles of our server. */
  readonly profile?: string;
  wants(id: string): boolean;
  /** Progress, for people. */
  say(line: string): void;
}

export type Side = "reference" | "ours";

export interface Answer {
  /** What the figures depend on: versions, counts. Shown below the table. */
  readonly notes: readonly string[];
  /** The heading of the figures that ours are held against. The default is the reference. */
  readonly rival?: string;
  readonly rows: readonly Row[];
}

/** A row before it is measured. */
export interface Subject {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  /** Every one must hold. */
  readonly bars: readonly Bar[];
  /** How the rounds become one figure. The default is the median. */
  readonly across?: "median" | "worst";
}

export interface Row extends Subject {
  /** One sample a round; empty when that side was not run. */
  readonly samples: Readonly<Record<Side, readonly number[]>>;
}

export type Bar =
  /** Ours divided by the reference. */
  | { readonly kind: "ratio"; readonly atMost: number }
  | { readonly kind: "ratio"; readonly atLeast: number }
  /** Ours, in the unit of the row. */
  | { readonly kind: "figure"; readonly atMost: number };

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the given part of the values lies, between neighbours by interpolation; NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** Several predictions in a row: what is planned, what they are, and how they went. Pure. */
import type { Json, JsonObject } from "@cog/core/json";

/** Every value of one input, each so many times, on one server or on two. */
export interface Plan {
  readonly times: number;
  /** The input that takes other values; "" for none. */
  readonly vary: string;
  readonly values: readonly Json[];
  /** Typed text that is no values yet. */
  readonly unread: { readonly text: string; readonly error: string } | undefined;
  /** A second server that is asked the same; "" for none. */
  readonly otherTarget: string;
}

export interface Series {
  readonly number: number;
  /** The input that took other values; "" for none. */
  readonly varied: string;
  readonly targets: readonly string[];
  readonly rows: readonly SeriesRow[];
  /** By row, then by target. */
  readonly cells: readonly (readonly Cell[])[];
  readonly isRunning: boolean;
}

export interface SeriesRow {
  /** Of the varied input. */
  readonly value: Json | undefined;
  /** From 1, of as many as were wanted of each value. */
  readonly repeat: number;
}

/** One prediction of a series. */
export type Cell =
  | { readonly kind: "waiting" }
  | { readonly kind: "running" }
  | { readonly kind: "left" }
  | { readonly kind: "ended"; readonly ending: CellEnding };

export interface CellEnding {
  /** `error`: there was no prediction to speak of. */
  readonly status: "succeeded" | "failed" | "canceled" | "error";
  readonly output: Json | undefined;
  readonly error: string | undefined;
  /** From the request to its answer. */
  readonly seconds: number;
}

export type SeriesAction =
  | {
      readonly type: "series-begun";
      /** Names the series to what comes later. */
      readonly number: number;
      readonly targets: readonly string[];
      readonly rows: readonly SeriesRow[];
    }
  | {
      readonly type: "cell";
      readonly number: number;
      readonly row: number;
      readonly target: number;
      readonly cell: Cell;
    }
  | { readonly type: "series-ended"; readonly number: number };

export const NO_PLAN: Plan = { times: 1, vary: "", values: [], unread: undefined, otherTarget: "" };

export const MOST_TIMES = 100;

/** More would wait for each other for long, and fill the page. */
export const MOST_PREDICTIONS = 200;

/** One row for each time of each value. */
export function rowsOf({ times, vary, values }: Plan): readonly SeriesRow[] {
  const repeats = Array.from({ length: times }, (_, index) => index + 1);
  const taken: readonly (Json | undefined)[] = vary === "" ? [undefined] : values;
  return taken.flatMap((value) => repeats.map((repeat) => ({ value, repeat })));
}

/** What is sent for a row. */
export function inputOf(input: JsonObject, { vary }: Plan, { value }: SeriesRow): JsonObject {
  return value === undefined ? input : { ...input, [vary]: value };
}

export function targetsOf(target: string, { otherTarget }: Plan): readonly string[] {
  const other = otherTarget.trim().replace(/\/+$/, "");
  return other === "" ? [target] : [target, other];
}

/** Why a plan cannot be carried out; nothing when it can. */
export function problemsOf(plan: Plan, targets: number): readonly string[] {
  if (plan.unread !== undefined) return [`${plan.vary}: ${plan.unread.error}`];
  const count = rowsOf(plan).length * targets;
  if (count === 0) return [`${plan.vary}: give the values that it takes in turn`];
  return count > MOST_PREDICTIONS ? [`${count} predictions: at most ${MOST_PREDICTIONS} at a time`] : [];
}

export function begunSeries(
  { vary }: Plan,
  { number, targets, rows }: Extract<SeriesAction, { type: "series-begun" }>,
): Series {
  const cells = rows.map(() => targets.map(() => ({ kind: "waiting" }) as const));
  return { number, varied: vary, targets, rows, cells, isRunning: true };
}

/** What a series that was given up still hears changes nothing. */
export function reduceSeries(
  series: Series | undefined,
  action: Exclude<SeriesAction, { type: "series-begun" }>,
): Series | undefined {
  if (series === undefined || series.number !== action.number || !series.isRunning) return series;
  if (action.type === "series-ended") {
    const cells = series.cells.map((row) =>
      row.map((cell) => (cell.kind === "ended" ? cell : ({ kind: "left" } as const))),
    );
    return { ...series, cells, isRunning: false };
  }
  const cells = series.cells.map((row, r) =>
    r === action.row ? row.map((cell, t) => (t === action.target ? action.cell : cell)) : row,
  );
  return { ...series, cells };
}

export interface SeriesSummary {
  readonly ended: number;
  readonly succeeded: number;
  /** In seconds, of those that succeeded; undefined when none has. */
  readonly times: { readonly fastest: number; readonly median: number; readonly slowest: number } | undefined;
}

/** How it went on one of the servers. */
export function summaryOf({ cells }: Series, target: number): SeriesSummary {
  const endings = cells.flatMap((row) => {
    const cell = row[target];
    return cell?.kind === "ended" ? cell.ending : [];
  });
  const good = endings.filter(({ status }) => status === "succeeded");
  const seconds = good.map((ending) => ending.seconds).sort((a, b) => a - b);
  const [fastest, slowest] = [seconds[0], seconds.at(-1)];
  const times =
    fastest === undefined || slowest === undefined ? undefined : { fastest, median: medianOf(seconds), slowest };
  return { ended: endings.length, succeeded: good.length, times };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return (low + high) / 2;
}

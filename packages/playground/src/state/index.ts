export type { Action } from "./reduce.ts";
export { rememberedIn, withoutSecrets } from "./remembered.ts";
export {
  type Cell,
  type CellEnding,
  inputOf,
  MOST_TIMES,
  type Plan,
  problemsOf,
  rowsOf,
  type Series,
  type SeriesRow,
  summaryOf,
  targetsOf,
} from "./series.ts";
export {
  type Config,
  type Connection,
  type Draft,
  type Health,
  isBusy,
  isRunning,
  type Mode,
  type Model,
  type Output,
  type PastRun,
  type Received,
  type Remembered,
  type Run,
  type Sent,
  type State,
  type Theme,
} from "./state.ts";
export { createStore, type Store } from "./store.ts";

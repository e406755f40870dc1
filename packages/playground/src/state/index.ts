export type { Action } from "./reduce.ts";
export {
  type Config,
  type Connection,
  type Draft,
  type Health,
  isRunning,
  type Mode,
  type Model,
  type Output,
  type Received,
  type Run,
  type Sent,
  type State,
  type Theme,
} from "./state.ts";
export { createStore, type Store } from "./store.ts";

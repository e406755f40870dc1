/** The one place that holds the state: everything else looks at it, or says what has happened. */
import { type Action, reduce } from "./reduce.ts";
import { initialState, type State } from "./state.ts";

export interface Store {
  get(): State;
  dispatch(action: Action): void;
  /** Calls back after every change; returns what ends that. */
  subscribe(look: () => void): () => void;
}

export function createStore(): Store {
  let state = initialState;
  const looking = new Set<() => void>();
  return {
    get: () => state,
    dispatch: (action) => {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const look of looking) look();
    },
    subscribe: (look) => {
      looking.add(look);
      return () => looking.delete(look);
    },
  };
}

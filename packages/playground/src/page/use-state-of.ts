import { useEffect, useState } from "preact/hooks";
import { isRunning, type State, type Store } from "#state";

/** The state as it is shown: during a run looked at once a frame, as a stream changes it far more often. */
export function useStateOf(store: Store): State {
  const [state, show] = useState(store.get());
  useEffect(() => {
    let frame: number | undefined;
    const look = () => {
      frame = undefined;
      show(store.get());
    };
    look();
    const leave = store.subscribe(() => {
      if (isRunning(store.get().run)) frame ??= requestAnimationFrame(look);
      else show(store.get());
    });
    return () => {
      leave();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [store]);
  return state;
}

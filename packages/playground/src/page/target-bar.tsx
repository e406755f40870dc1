import type { Action, State } from "#state";

interface TargetBarProps {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
}

/** Which server the page speaks to. */
export function TargetBar({ state, dispatch }: TargetBarProps) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        dispatch({ type: "connect" });
      }}
    >
      <label for="target">Model server</label>
      <input
        id="target"
        class="grow"
        type="text"
        inputMode="url"
        spellcheck={false}
        value={state.typedTarget}
        onInput={(event) => dispatch({ type: "target-typed", text: event.currentTarget.value })}
      />
      <button type="submit">Connect</button>
    </form>
  );
}

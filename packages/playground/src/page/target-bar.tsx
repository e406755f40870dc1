import type { Runner, SeriesRunner } from "#effects";
import type { Action, State } from "#state";

interface TargetBarProps {
  readonly state: State;
  readonly runner: Runner;
  readonly seriesRunner: SeriesRunner;
  readonly dispatch: (action: Action) => void;
}

/** Which server the page speaks to. */
export function TargetBar({ state, runner, seriesRunner, dispatch }: TargetBarProps) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        // Nobody would see what becomes of it.
        if (state.typedTarget !== state.run?.target) void runner.stop();
        if (state.typedTarget !== state.series?.targets[0]) seriesRunner.stop();
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
        list="targets"
        value={state.typedTarget}
        onInput={(event) => dispatch({ type: "target-typed", text: event.currentTarget.value })}
      />
      <datalist id="targets">
        {state.remembered.targets.map((target) => (
          <option key={target} value={target} />
        ))}
      </datalist>
      <button type="submit">Connect</button>
    </form>
  );
}

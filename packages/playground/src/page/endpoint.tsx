import type { Action, Draft, Mode, Model } from "#state";

const TITLES: Readonly<Record<Mode, string>> = { sync: "Wait", stream: "Stream", async: "Async" };

const EXPLAINED: Readonly<Record<Mode, string>> = {
  sync: "one answer at the end",
  stream: "events as they happen",
  async: "an answer at once, then webhooks",
};

interface EndpointProps {
  readonly model: Model;
  readonly draft: Draft;
  readonly disabled: boolean;
  readonly dispatch: (action: Action) => void;
}

/** Where the request goes, and how the answer comes. */
export function EndpointBar({ model, draft, disabled, dispatch }: EndpointProps) {
  return (
    <fieldset class="row" disabled={disabled}>
      <legend>
        <code>{model.path}</code>
      </legend>
      {model.modes.map((mode) => (
        <label key={mode} title={EXPLAINED[mode]}>
          <input
            type="radio"
            name="mode"
            checked={draft.mode === mode}
            onChange={() => dispatch({ type: "mode", mode })}
          />
          {TITLES[mode]}
        </label>
      ))}
    </fieldset>
  );
}

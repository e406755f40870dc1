/** Several predictions at the press of one button: the same again, other values of one input, the same elsewhere. */
import type { InputField } from "@cog/core/schema";
import type { SeriesRunner } from "#effects";
import { ValuesControl } from "#form";
import { type Action, isBusy, MOST_TIMES, type Model, rowsOf, type State, targetsOf } from "#state";

interface SeveralProps {
  readonly state: State;
  readonly model: Model;
  readonly runner: SeriesRunner;
  readonly dispatch: (action: Action) => void;
}

/** Values of a secret would stand in the table. */
function canBeShown({ type }: InputField): boolean {
  return type.kind !== "secret";
}

export function Several({ state, model, runner, dispatch }: SeveralProps) {
  const { plan, series, connection, remembered } = state;
  const isGoing = series?.isRunning === true;
  const field = model.endpoint.inputs.find(({ name }) => name === plan.vary);
  const count = rowsOf(plan).length * targetsOf(connection.target, plan).length;
  const others = remembered.targets.filter((target) => target !== connection.target);
  return (
    <details>
      <summary>Several predictions</summary>
      <fieldset class="several" aria-label="Plan" disabled={isGoing}>
        <label for="times">How often</label>
        <input
          id="times"
          type="number"
          min={1}
          max={MOST_TIMES}
          value={plan.times}
          onInput={({ currentTarget: { valueAsNumber: typed } }) =>
            dispatch({ type: "plan", change: { times: Math.min(Math.max(Math.trunc(typed) || 1, 1), MOST_TIMES) } })
          }
        />
        <label for="vary">Vary</label>
        <select
          id="vary"
          value={plan.vary}
          onChange={(event) =>
            dispatch({ type: "plan", change: { vary: event.currentTarget.value, values: [], unread: undefined } })
          }
        >
          <option value="">nothing</option>
          {model.endpoint.inputs.filter(canBeShown).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        {field !== undefined && (
          <>
            <span>Values</span>
            <div>
              <ValuesControl
                key={field.name}
                field={field}
                values={plan.values}
                unread={plan.unread?.text}
                onValues={(values) => dispatch({ type: "plan", change: { values, unread: undefined } })}
                onUnread={(text, error) => dispatch({ type: "plan", change: { unread: { text, error } } })}
              />
              <p id="values-problem" class="problem" aria-live="polite">
                {plan.unread?.error}
              </p>
            </div>
          </>
        )}
        <label for="other-target">Also on</label>
        <input
          id="other-target"
          type="text"
          inputMode="url"
          spellcheck={false}
          list="other-targets"
          placeholder="another model server"
          value={plan.otherTarget}
          onInput={(event) => dispatch({ type: "plan", change: { otherTarget: event.currentTarget.value } })}
        />
        <datalist id="other-targets">
          {others.map((target) => (
            <option key={target} value={target} />
          ))}
        </datalist>
      </fieldset>
      <div class="row">
        <button type="button" disabled={isBusy(state)} onClick={() => void runner.run()}>
          Start {count === 1 ? "1 prediction" : `${count} predictions`}
        </button>
        <button type="button" disabled={!isGoing} onClick={() => runner.stop()}>
          Stop<span class="hidden"> the predictions</span>
        </button>
      </div>
    </details>
  );
}

import { jsonText } from "@cog/core/json";
import type { Action, Model, PastRun } from "#state";

interface HistoryProps {
  readonly runs: readonly PastRun[];
  readonly model: Model;
  readonly disabled: boolean;
  readonly dispatch: (action: Action) => void;
}

const LONGEST = 80;

/** Earlier inputs for this endpoint, to be used again. */
export function History({ runs, model, disabled, dispatch }: HistoryProps) {
  const fitting = runs.filter(({ path }) => path === model.path);
  if (fitting.length === 0) return null;
  return (
    <details>
      <summary>History</summary>
      <ol class="history">
        {fitting.map(({ at, mode, input }) => (
          <li key={at}>
            <button type="button" disabled={disabled} onClick={() => dispatch({ type: "taken-up", input, mode })}>
              Use
              <span class="hidden"> the input of {new Date(at).toLocaleString()}</span>
            </button>
            <span class="quiet">{new Date(at).toLocaleTimeString()}</span>
            <code>{jsonText(input).slice(0, LONGEST)}</code>
          </li>
        ))}
      </ol>
    </details>
  );
}

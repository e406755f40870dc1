/** The whole input as JSON: the same value as the form's. */
import { isJsonObject, jsonText, parseJson } from "@cog/core/json";
import type { Action, Draft } from "#state";
import { JsonText } from "./json.tsx";

interface WholeInputProps {
  readonly draft: Draft;
  readonly dispatch: (action: Action) => void;
}

export function WholeInput({ draft, dispatch }: WholeInputProps) {
  const unread = draft.unread[""];
  const text = unread?.text ?? jsonText(draft.input, 2);
  return (
    <div class="whole">
      <JsonText
        id="whole-input"
        label="Input as JSON"
        describedBy="whole-input-problem"
        disabled={false}
        rows={16}
        value={draft.input}
        unread={unread?.text}
        readText={readInput}
        onValue={(input) => dispatch({ type: "inputs", input: isJsonObject(input) ? input : {} })}
        onUnread={(typed, error) => dispatch({ type: "input-unread", name: "", text: typed, error })}
      />
      <p id="whole-input-problem" class="problem" aria-live="polite">
        {unread?.error}
      </p>
      <div class="row">
        {/* A new object: it is no longer the one that was typed, so it is written anew. */}
        <button
          type="button"
          disabled={unread !== undefined}
          onClick={() => dispatch({ type: "inputs", input: { ...draft.input } })}
        >
          Format
        </button>
        <button type="button" onClick={() => void navigator.clipboard.writeText(text)}>
          Copy
        </button>
      </div>
    </div>
  );
}

function readInput(text: string) {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error("expected an object with the inputs");
  return value;
}

/** The inputs of the model, each as what it is. */
import { jsonText } from "@cog/core/json";
import { describeType, type InputField } from "@cog/core/schema";
import type { Action, Draft, Model } from "#state";
import { beginningOf, controlFor } from "./controls.ts";

interface FormProps {
  readonly model: Model;
  readonly draft: Draft;
  readonly dispatch: (action: Action) => void;
}

export function Form({ model, draft, dispatch }: FormProps) {
  const { inputs } = model.endpoint;
  if (inputs.length === 0) return <p class="quiet">The model takes no inputs.</p>;
  return (
    <div class="fields">
      {inputs.map((field) => (
        <Field key={field.name} field={field} draft={draft} dispatch={dispatch} />
      ))}
    </div>
  );
}

interface FieldProps extends Omit<FormProps, "model"> {
  readonly field: InputField;
}

function Field({ field, draft, dispatch }: FieldProps) {
  const { name, required } = field;
  const id = `input-${name}`;
  const value = draft.input[name];
  const unread = draft.unread[name];
  const isIncluded = required || value !== undefined || unread !== undefined;
  const Control = controlFor(field);
  const include = (wanted: boolean) => {
    const beginning = beginningOf(field);
    if (!wanted || beginning === undefined) dispatch({ type: "input-left-out", name });
    else dispatch({ type: "input", name, value: beginning });
  };
  return (
    <div class="field">
      <div class="field-head">
        {!required && (
          <input
            type="checkbox"
            aria-label={`Include ${name}`}
            checked={isIncluded}
            onChange={(event) => include(event.currentTarget.checked)}
          />
        )}
        <label for={id}>{name}</label>
        {required && (
          <span class="required" title="required" aria-hidden="true">
            *
          </span>
        )}
        <span class="quiet">{describeType(field.type)}</span>
        {field.deprecated && <span class="tag">deprecated</span>}
      </div>
      {field.description !== undefined && <p id={`${id}-description`}>{field.description}</p>}
      <Control
        field={field}
        id={id}
        describedBy={`${id}-description ${id}-facts ${id}-problem`}
        disabled={!isIncluded}
        value={isIncluded ? value : (field.default ?? undefined)}
        unread={unread?.text}
        onValue={(next) => dispatch({ type: "input", name, value: next })}
        onLeftOut={() => dispatch({ type: "input-left-out", name })}
        onUnread={(text, error) => dispatch({ type: "input-unread", name, text, error })}
      />
      <p id={`${id}-facts`} class="quiet">
        {factsOf(field)}
      </p>
      <p id={`${id}-problem`} class="problem" aria-live="polite">
        {unread?.error}
      </p>
    </div>
  );
}

function factsOf({ default: preset, ge, le, minLength, maxLength, pattern }: InputField): string {
  const facts = [
    ["default", preset === undefined || preset === null ? undefined : jsonText(preset)],
    ["min", ge],
    ["max", le],
    ["min length", minLength],
    ["max length", maxLength],
    ["pattern", pattern],
  ] as const;
  return facts.flatMap(([name, fact]) => (fact === undefined ? [] : `${name}: ${fact}`)).join(" · ");
}

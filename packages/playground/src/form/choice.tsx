import type { Json } from "@cog/core/json";
import type { ControlProps } from "./control.ts";

export function ChoiceControl({ field, ...props }: ControlProps) {
  return <Select {...props} field={field} choices={field.choices ?? []} />;
}

export function BooleanControl(props: ControlProps) {
  return <Select {...props} choices={[true, false]} />;
}

function Select({
  choices,
  field,
  value,
  id,
  describedBy,
  disabled,
  onValue,
  onLeftOut,
}: ControlProps & { readonly choices: readonly Json[] }) {
  const choose = (index: string) => {
    const choice = choices[Number(index)];
    if (index === "" || choice === undefined) onLeftOut();
    else onValue(choice);
  };
  const chosen = value === undefined ? -1 : choices.indexOf(value);
  return (
    <select
      id={id}
      aria-describedby={describedBy}
      required={field.required}
      disabled={disabled}
      value={chosen < 0 ? "" : String(chosen)}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {(chosen < 0 || field.required) && <option value="">choose…</option>}
      {choices.map((choice, index) => (
        <option key={String(choice)} value={String(index)}>
          {String(choice)}
        </option>
      ))}
    </select>
  );
}

import type { ControlProps } from "./control.ts";

export function SecretControl({ field, value, id, describedBy, disabled, onValue }: ControlProps) {
  return (
    <input
      type="password"
      autocomplete="off"
      id={id}
      aria-describedby={describedBy}
      required={field.required}
      disabled={disabled}
      value={typeof value === "string" ? value : ""}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}

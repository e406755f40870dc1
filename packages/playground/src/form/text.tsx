import type { ControlProps } from "./control.ts";

export function TextControl({ field, value, id, describedBy, disabled, onValue }: ControlProps) {
  return (
    <textarea
      id={id}
      aria-describedby={describedBy}
      rows={3}
      required={field.required}
      disabled={disabled}
      value={typeof value === "string" ? value : ""}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}

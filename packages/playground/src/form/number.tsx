import { jsonText, wholeNumber } from "@cog/core/json";
import type { ControlProps } from "./control.ts";
import { useTyped } from "./typed.ts";

export function NumberControl(props: ControlProps) {
  const { field, value, unread, id, describedBy, disabled, onValue, onLeftOut, onUnread } = props;
  const [text, remember] = useTyped(value, unread, jsonText);
  const isWhole = field.type.kind === "integer";
  const type = (typed: string) => {
    const read = isWhole && /^-?\d+$/.test(typed) ? wholeNumber(BigInt(typed)) : Number(typed);
    if (typed === "" && field.required) return onLeftOut();
    if (typed === "" || Number.isNaN(read)) return onUnread(typed, "expected a number");
    remember(typed, read);
    onValue(read);
  };
  return (
    <input
      type="number"
      id={id}
      aria-describedby={describedBy}
      required={field.required}
      disabled={disabled}
      min={field.ge?.toString()}
      max={field.le?.toString()}
      step={isWhole ? "1" : "any"}
      value={text}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}

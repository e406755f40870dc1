import { type Json, jsonText, parseJson } from "@cog/core/json";
import type { ControlProps } from "./control.ts";
import { useTyped } from "./typed.ts";

export function JsonControl({ field, value, unread, id, describedBy, disabled, ...on }: ControlProps) {
  const takesText = field.type.kind === "union" && field.type.members.some(({ kind }) => kind === "string");
  return (
    <JsonText
      id={id}
      label={undefined}
      describedBy={describedBy}
      disabled={disabled}
      rows={4}
      value={value}
      unread={unread}
      readText={(text) => read(text, takesText)}
      onValue={on.onValue}
      onUnread={on.onUnread}
    />
  );
}

/** Where text is fine, what is no JSON is text. */
function read(text: string, takesText: boolean): Json {
  try {
    return parseJson(text);
  } catch (error) {
    if (takesText) return text;
    throw error;
  }
}

interface JsonTextProps {
  readonly id: string;
  readonly label: string | undefined;
  readonly describedBy: string | undefined;
  readonly disabled: boolean;
  readonly rows: number;
  readonly value: Json | undefined;
  readonly unread: string | undefined;
  /** Throws for what is not a value. */
  readonly readText: (text: string) => Json;
  readonly onValue: (value: Json) => void;
  readonly onUnread: (text: string, error: string) => void;
}

/** A text area that holds JSON. */
export function JsonText(props: JsonTextProps) {
  const { id, label, describedBy, disabled, rows, value, unread, readText, onValue, onUnread } = props;
  const [text, remember] = useTyped(value, unread, (written) => jsonText(written, 2));
  const type = (typed: string) => {
    try {
      const read = readText(typed);
      remember(typed, read);
      onValue(read);
    } catch (error) {
      onUnread(typed, error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <textarea
      id={id}
      class="code"
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={unread !== undefined}
      spellcheck={false}
      rows={rows}
      disabled={disabled}
      value={text}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}

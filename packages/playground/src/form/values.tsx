import type { Json } from "@cog/core/json";
import type { InputField } from "@cog/core/schema";
import { isFile } from "./controls.ts";
import { FilesControl } from "./file.tsx";
import { valuesIn } from "./lines.ts";
import { useTyped } from "./typed.ts";

interface ValuesProps {
  readonly field: InputField;
  readonly values: readonly Json[];
  /** Typed text that is no values yet. */
  readonly unread: string | undefined;
  readonly onValues: (values: readonly Json[]) => void;
  readonly onUnread: (text: string, error: string) => void;
}

/** Several values for one input: files, or a line each. */
export function ValuesControl({ field, values, unread, onValues, onUnread }: ValuesProps) {
  if (isFile(field.type))
    return (
      <FilesControl
        field={field}
        id="values"
        describedBy="values-problem"
        disabled={false}
        value={values}
        unread={undefined}
        onValue={(value) => onValues(Array.isArray(value) ? value : [])}
        onLeftOut={() => onValues([])}
        onUnread={onUnread}
      />
    );
  return <Lines field={field} values={values} unread={unread} onValues={onValues} onUnread={onUnread} />;
}

function Lines({ field, values, unread, onValues, onUnread }: ValuesProps) {
  const [text, remember] = useTyped(values.length === 0 ? undefined : values, unread, () => "");
  const type = (typed: string) => {
    try {
      const read = valuesIn(field, typed);
      remember(typed, read);
      onValues(read);
    } catch (error) {
      onUnread(typed, error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <textarea
      id="values"
      class="code"
      aria-label={`Values of ${field.name}`}
      aria-describedby="values-problem"
      aria-invalid={unread !== undefined}
      placeholder="one value a line"
      spellcheck={false}
      rows={4}
      value={text}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
}

import type { Json } from "@cog/core/json";
import { useState } from "preact/hooks";

/**
 * Text that stands for a value: as it was typed while the value is what came of that, else as the value is written.
 * Reading `1.0` must not make it `1` under the cursor.
 */
export function useTyped(
  value: Json | undefined,
  unread: string | undefined,
  write: (value: Json) => string,
): readonly [text: string, remember: (text: string, value: Json) => void] {
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: Json }>();
  const written = value === undefined ? "" : typed?.value === value ? typed.text : write(value);
  return [unread ?? written, (text, read) => setTyped({ text, value: read })];
}

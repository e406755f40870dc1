/** What every control is given: one input, its value as it would be sent, and ways to change that. */
import type { Json } from "@cog/core/json";
import type { InputField } from "@cog/core/schema";

export interface ControlProps {
  readonly field: InputField;
  /** Undefined: it is not sent. */
  readonly value: Json | undefined;
  /** Typed text that is no value yet. */
  readonly unread: string | undefined;
  /** For the label. */
  readonly id: string;
  /** Ids of what describes it. */
  readonly describedBy: string;
  readonly disabled: boolean;
  readonly onValue: (value: Json) => void;
  readonly onLeftOut: () => void;
  readonly onUnread: (text: string, error: string) => void;
}

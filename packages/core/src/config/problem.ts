import type { Place } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";

/** Something wrong, or worth a word, in cog.yaml. */
export interface ConfigProblem {
  /** `build.run.0.command`; "" for the file as a whole. */
  readonly field: string;
  readonly message: string;
  readonly place: Place;
}

export interface ConfigWarning extends ConfigProblem {
  /** `quiet`: a key of the old era that does nothing now; worth a word only when somebody looks for one. */
  readonly kind: "deprecated" | "unknown-key" | "end-of-life" | "default" | "quiet";
}

/** A problem before it has a place. */
export interface Finding {
  readonly field: string;
  readonly message: string;
}

/** `invalid build.cuda "12": …`, or without the value when there is none worth quoting. */
export function invalid(field: string, value: string | undefined, message: string): Finding {
  const shown = value === undefined ? "" : ` ${JSON.stringify(withoutCredentials(value))}`;
  return { field, message: `invalid ${field.replaceAll(/\.(\d+)(?=\.|$)/g, "[$1]")}${shown}: ${message}` };
}

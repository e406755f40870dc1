/** `-i name=value` → names with what was typed for them. */
import { UserError } from "@cog/core/errors";

export interface TypedInput {
  readonly name: string;
  /** In order; more than one when the flag was repeated. */
  readonly values: readonly string[];
}

export function parseInputs(flags: readonly string[]): readonly TypedInput[] {
  const byName = new Map<string, string[]>();
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    if (equals < 0) {
      throw new UserError("input.syntax", `Failed to parse input '${flag}', expected format is 'name=value'`, {
        hint: "Write -i name=value for each input.",
      });
    }
    const name = flag.slice(0, equals);
    byName.set(name, [...(byName.get(name) ?? []), unquoted(flag.slice(equals + 1))]);
  }
  return [...byName].map(([name, values]) => ({ name, values }));
}

/** One pair of quotes that survived the shell. */
function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

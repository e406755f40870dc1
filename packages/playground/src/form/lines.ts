/** Several values, typed a line each. Pure. */
import { type Json, parseJson } from "@cog/core/json";
import type { InputField, InputType } from "@cog/core/schema";

/**
 * Empty lines are none. Text stands for itself, everything else is JSON.
 * @throws Error that names the line which is no value
 */
export function valuesIn({ type }: InputField, text: string): readonly Json[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    if (type.kind === "string") return line;
    try {
      return parsed(line);
    } catch {
      if (takesText(type)) return line;
      throw new Error(`line ${index + 1}: ${line.trim()} is no JSON`);
    }
  });
}

/** An array would be taken apart by what collects the values. */
function parsed(line: string): readonly [Json] {
  return [parseJson(line)];
}

function takesText(type: InputType): boolean {
  return type.kind === "union" && type.members.some(({ kind }) => kind === "string");
}

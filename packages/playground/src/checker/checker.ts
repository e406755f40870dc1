/**
 * The checker: a worker of the page that holds inputs against the model's description, by the same code and in the same
 * words as the command line. It is apart since that code compiles the description, which the page's policy forbids.
 */
import type { JsonObject } from "@cog/core/json";
import { type CheckedInput, checkInputFor } from "@cog/core/schema";

export interface CheckRequest {
  readonly number: number;
  readonly document: JsonObject;
  readonly component: "Input" | "TrainingInput";
  readonly input: JsonObject;
}

export interface CheckAnswer {
  readonly number: number;
  readonly problems: readonly string[];
}

/** Answers every request, also where the description cannot be understood: then the model's server decides. */
export async function answer({ number, document, component, input }: CheckRequest): Promise<CheckAnswer> {
  try {
    return { number, problems: problemsOf(await checkInputFor(document, component, input)) };
  } catch {
    return { number, problems: [] };
  }
}

function problemsOf(checked: CheckedInput): readonly string[] {
  if (checked.ok) return [];
  return checked.hint === undefined ? checked.problems : [...checked.problems, checked.hint];
}

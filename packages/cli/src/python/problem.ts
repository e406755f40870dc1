/** What the reader finds wrong in a model's source. The code is what tests and scripts may rely on. */
import type { Place } from "@cog/core/errors";

export type ProblemCode =
  | "schema.reference"
  | "schema.source_missing"
  | "schema.syntax"
  | "schema.target_not_found"
  | "schema.method_not_found"
  | "schema.missing_type"
  | "schema.missing_return_type"
  | "schema.unsupported_type"
  | "schema.unresolved_type"
  | "schema.optional_output"
  | "schema.concatenate_not_text"
  | "schema.choices_unknown"
  | "schema.default_unknown"
  | "schema.default_factory"
  | "schema.accept_without_file"
  | "schema.streaming"
  | "schema.concurrent"
  // warnings
  | "schema.deprecated_predict"
  | "schema.ignored_argument"
  | "schema.reassigned"
  // hints: nothing is wrong
  | "schema.implicit_optional";

export interface Problem {
  readonly code: ProblemCode;
  /** Names the parameter or field, and the type as it is written. */
  readonly message: string;
  readonly place: Place;
  /** The reference itself is wrong: the place is in cog.yaml, which the reader does not see. */
  readonly reference?: "predict" | "train";
  /** What to write instead. */
  readonly hint: string;
}

/** What every step of the reader shares: the modules, the names in them, and where problems go. */
import type { Place } from "@cog/core/errors";
import type { InputField } from "@cog/core/schema";
import { type Environment, evaluate } from "./evaluate.ts";
import { type Module, type Modules, placeIn } from "./modules.ts";
import { Names } from "./names.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import type { At, Expr } from "./syntax.ts";
import type { PyValue } from "./values.ts";

export class Context {
  readonly modules: Modules;
  readonly names: Names;
  /** Where each input stands, for what only shows when the document is whole. */
  readonly inputPlaces = new Map<InputField, Place>();
  /** The enums whose members are being evaluated: a member may refer to its own class. */
  readonly openEnums = new Set<object>();

  constructor(modules: Modules) {
    this.modules = modules;
    this.names = new Names(modules);
  }

  /** The value of a constant expression; undefined when it is not known without running Python. */
  evaluate(module: Module, expr: Expr, environment?: Environment): PyValue | undefined {
    return evaluate(this, module, expr, environment);
  }

  /** Reports a problem and returns undefined, so that a step can end with it. */
  problem(code: ProblemCode, module: Module, at: At, message: string, hint: string): undefined {
    pushOnce(this.modules.problems, { code, message, place: placeIn(module, at), hint });
  }

  /** What cog.yaml says is wrong, not a source. */
  wrongReference(problem: Problem): undefined {
    this.modules.problems.push(problem);
  }

  warn(code: ProblemCode, module: Module, at: At, message: string, hint: string): void {
    pushOnce(this.modules.warnings, { code, message, place: placeIn(module, at), hint });
  }

  hint(code: ProblemCode, module: Module, at: At, message: string, hint: string): void {
    pushOnce(this.modules.hints, { code, message, place: placeIn(module, at), hint });
  }
}

/**
 * One problem a place: a model used twice is read twice, and of a type with several mistakes the first says enough.
 */
function pushOnce(problems: Problem[], problem: Problem): void {
  const { code, place } = problem;
  const known = problems.some(
    (other) =>
      other.code === code &&
      other.place.file === place.file &&
      other.place.line === place.line &&
      other.place.column === place.column,
  );
  if (!known) problems.push(problem);
}

/** What every step of the reader shares: the modules, the names in them, and where problems go. */
import { type Environment, evaluate } from "./evaluate.ts";
import { type Module, type Modules, placeIn } from "./modules.ts";
import { Names } from "./names.ts";
import type { Problem, ProblemCode } from "./problem.ts";
import type { At, Expr } from "./syntax.ts";
import type { PyValue } from "./values.ts";

export class Context {
  readonly modules: Modules;
  readonly names: Names;

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

  warn(code: ProblemCode, module: Module, at: At, message: string, hint: string): void {
    pushOnce(this.modules.warnings, { code, message, place: placeIn(module, at), hint });
  }
}

/** A model used twice, or a method shared by two endpoints, is read twice; its problems are said once. */
function pushOnce(problems: Problem[], problem: Problem): void {
  const known = problems.some(
    ({ message, place }) =>
      message === problem.message &&
      place.file === problem.place.file &&
      place.line === problem.place.line &&
      place.column === problem.place.column,
  );
  if (!known) problems.push(problem);
}

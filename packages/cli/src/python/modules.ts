/** Project files as modules: each is read and parsed once, and knows what its top-level names are bound to. */
import type { Place } from "@cog/core/errors";
import { lowerBody, lowerExpr } from "./lower.ts";
import { classMadeBy } from "./made-classes.ts";
import type { ParsePython } from "./parser.ts";
import type { Problem } from "./problem.ts";
import type {
  AssignStatement,
  At,
  ClassStatement,
  Expr,
  FunctionStatement,
  ImportStatement,
  Statement,
} from "./syntax.ts";
import { findMistake, type SyntaxMistake } from "./syntax-error.ts";

export type Binding =
  | ImportStatement
  | ClassStatement
  | FunctionStatement
  | (AssignStatement & { readonly value: Expr });

export interface Module {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly names: ReadonlyMap<string, Binding>;
  /** `from x import *`, in order. */
  readonly stars: readonly ImportStatement[];
  /** Names bound again in a block (`if`, `try`), or changed in place: what they are at run time is not known. */
  readonly reassigned: ReadonlySet<string>;
  readonly lines: readonly string[];
  /** It has a syntax error, and therefore no names. */
  readonly broken: boolean;
}

export class Modules {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly hints: Problem[] = [];
  private readonly loaded = new Map<string, Module | undefined>();
  private readonly parse: ParsePython;
  private readonly readFile: (path: string) => string | undefined;

  constructor(parse: ParsePython, readFile: (path: string) => string | undefined) {
    this.parse = parse;
    this.readFile = readFile;
  }

  /** The module in that file; undefined when there is no such file. */
  load(path: string): Module | undefined {
    if (!this.loaded.has(path)) {
      this.loaded.set(path, undefined); // imports may go round in circles
      this.loaded.set(path, this.read(path));
    }
    return this.loaded.get(path);
  }

  /** The expression in a string annotation, placed where the string stands. */
  parseAnnotation(text: string, place: At): Expr | undefined {
    const tree = this.parse(`(${text.trim()})`);
    try {
      const statement = tree.rootNode.namedChild(0);
      if (tree.rootNode.hasError || tree.rootNode.namedChildCount !== 1 || statement === null) return undefined;
      const inner = statement.namedChild(0);
      return inner === null ? undefined : placedAt(lowerExpr(inner), place);
    } finally {
      tree.delete();
    }
  }

  private read(path: string): Module | undefined {
    const source = this.readFile(path)?.replace(/^\uFEFF/, "");
    if (source === undefined) return undefined;
    const lines = source.split(/\r\n?|\n/);
    const tree = this.parse(source);
    try {
      const mistake = findMistake(tree.rootNode);
      if (mistake) return this.broken(path, lines, mistake);
      const children = tree.rootNode.namedChildren.filter((child) => child !== null);
      return { path, lines, broken: false, ...bind(lowerBody(children)) };
    } catch (error) {
      // The only way it can fail: an expression nested deeper than the stack (Python has a limit there too).
      if (!(error instanceof RangeError)) throw error;
      return this.broken(path, lines, { at: { line: 1, column: 1 }, message: "an expression is nested too deeply" });
    } finally {
      tree.delete();
    }
  }

  private broken(path: string, lines: readonly string[], mistake: SyntaxMistake): Module {
    this.problems.push({
      code: "schema.syntax",
      message: `Python syntax error: ${mistake.message}`,
      place: placeIn({ path, lines }, mistake.at),
      hint: `Run \`python -m py_compile ${path}\` for Python's own message.`,
    });
    return { path, names: new Map(), stars: [], reassigned: new Set(), lines, broken: true };
  }
}

export function placeIn(module: { readonly path: string; readonly lines: readonly string[] }, at: At): Place {
  const source = module.lines[at.line - 1];
  return { file: module.path, line: at.line, column: at.column, ...(source === undefined ? {} : { source }) };
}

/** What a module's (or class body's) names are bound to: the last binding wins, blocks only bind what nothing else does. */
export function bind(body: readonly Statement[]): Pick<Module, "names" | "stars" | "reassigned"> {
  const names = new Map<string, Binding>();
  const stars: ImportStatement[] = [];
  const inBlocks = new Map<string, Binding>();
  const ambiguous = new Set<string>();
  const reassigned = new Set<string>();

  const bindIn = (statement: Statement, typeChecking: boolean): void => {
    if (statement.kind === "block") {
      for (const inner of statement.body) bindIn(inner, typeChecking || statement.typeChecking);
      return;
    }
    if (statement.kind === "change") {
      reassigned.add(statement.target);
      return;
    }
    const binding = bindingOf(statement);
    if (!binding) return;
    const [name, value] = binding;
    // `try: import x; except ImportError: x = None` and its like: what it is when it is there counts.
    const known = inBlocks.get(name);
    if (known && !typeChecking && !isFallback(value)) {
      if (known.kind !== "import" || value.kind !== "import") ambiguous.add(name);
    }
    if (!known || isFallback(known)) inBlocks.set(name, value);
    if (!typeChecking && value.kind === "assign") reassigned.add(name);
  };

  for (const statement of body) {
    if (statement.kind === "block" || statement.kind === "change") {
      bindIn(statement, false);
    } else if (statement.kind === "import" && statement.name === "*") {
      stars.push(statement);
    } else if (statement.kind === "assign" && statement.operator !== undefined) {
      const before = names.get(statement.target);
      if (before?.kind === "assign" && statement.value) {
        const value: Expr = {
          kind: "binary",
          operator: statement.operator,
          left: before.value,
          right: statement.value,
          at: statement.at,
        };
        names.set(statement.target, { ...before, value });
      }
    } else {
      const binding = bindingOf(statement);
      if (binding) names.set(...binding);
    }
  }
  for (const [name, value] of inBlocks) if (!names.has(name) && !ambiguous.has(name)) names.set(name, value);
  return { names, stars, reassigned };
}

function isFallback(binding: Binding): boolean {
  return binding.kind === "assign" && binding.value.kind === "constant" && binding.value.value === null;
}

function bindingOf(statement: Exclude<Statement, { kind: "block" | "change" }>): [string, Binding] | undefined {
  switch (statement.kind) {
    case "import":
      return [statement.as, statement];
    case "assign":
      if (!statement.value) return undefined;
      return [statement.target, classMadeBy(statement.value) ?? { ...statement, value: statement.value }];
    case "class":
    case "function":
      return [statement.name, statement];
  }
}

function placedAt(expr: Expr, at: At): Expr {
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === "at" ? at : move(inner)]));
  };
  return move(expr) as Expr; // the same shape with other places
}

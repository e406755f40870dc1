/**
 * The part of Python that says what a model takes and gives: imports, assignments, classes, signatures, expressions.
 * Function bodies are kept only as their `return` expressions. Built from tree-sitter's tree by `lower.ts`.
 */

/** Where a node begins; lines and columns count from 1. */
export interface At {
  readonly line: number;
  readonly column: number;
}

export type Expr = { readonly at: At } & (
  | { readonly kind: "name"; readonly id: string }
  | { readonly kind: "attribute"; readonly object: Expr; readonly name: string }
  | { readonly kind: "subscript"; readonly value: Expr; readonly args: readonly Expr[] }
  | Call
  /** `parts` are the pieces of an f-string, text and expressions; a plain string is one text. */
  | { readonly kind: "string"; readonly parts: readonly (string | Expr)[] }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "constant"; readonly value: true | false | null }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "list" | "tuple" | "set"; readonly items: readonly Expr[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expr, Expr])[] }
  | { readonly kind: "splat"; readonly value: Expr }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expr }
  | { readonly kind: "comprehension"; readonly item: Expr; readonly target: string; readonly over: Expr }
  /** Valid Python whose value we do not look into. */
  | { readonly kind: "other" }
);

export interface Call {
  readonly kind: "call";
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly keywords: readonly Keyword[];
}

/** `name=value`, or `**value` without a name. */
export interface Keyword {
  readonly name: string | undefined;
  readonly value: Expr;
  readonly at: At;
}

export type CallExpr = Extract<Expr, { kind: "call" }>;

export type Statement =
  | ImportStatement
  | AssignStatement
  | ClassStatement
  | FunctionStatement
  /** `NAME.append(…)`, `NAME["key"] = …`: what the name holds is not what was assigned to it. */
  | { readonly kind: "change"; readonly target: string; readonly at: At }
  /** `if`, `try` and the like: the statements of all branches. */
  | { readonly kind: "block"; readonly body: readonly Statement[]; readonly typeChecking: boolean };

/** `import a.b as c`: no name. `from a.b import x as y`: name `x`; `*` for everything. */
export interface ImportStatement {
  readonly kind: "import";
  /** Dots before the module's name: 0 is absolute. */
  readonly level: number;
  readonly module: string;
  readonly name: string | undefined;
  readonly as: string;
  readonly at: At;
}

export interface AssignStatement {
  readonly kind: "assign";
  readonly target: string;
  readonly annotation: Expr | undefined;
  readonly value: Expr | undefined;
  /** `+=` and the like: its operator without the `=`. */
  readonly operator: string | undefined;
  readonly at: At;
}

export interface ClassStatement {
  readonly kind: "class";
  readonly name: string;
  readonly bases: readonly Expr[];
  readonly keywords: readonly Keyword[];
  readonly decorators: readonly Expr[];
  readonly body: readonly Statement[];
  readonly at: At;
}

export interface FunctionStatement {
  readonly kind: "function";
  readonly name: string;
  readonly async: boolean;
  readonly parameters: readonly Parameter[];
  readonly returnType: Expr | undefined;
  readonly decorators: readonly Expr[];
  /** What the `return` statements directly in the body give. */
  readonly returns: readonly Expr[];
  readonly at: At;
}

export interface Parameter {
  readonly name: string;
  readonly kind: "plain" | "keywordOnly" | "args" | "kwargs";
  readonly annotation: Expr | undefined;
  readonly default: Expr | undefined;
  readonly at: At;
}

/** The text of an expression, for messages: much as in the source, on one line, not too long. */
export function show(expr: Expr): string {
  const text = spell(expr);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function spell(expr: Expr): string {
  switch (expr.kind) {
    case "name":
      return expr.id;
    case "attribute":
      return `${spell(expr.object)}.${expr.name}`;
    case "subscript":
      return `${spell(expr.value)}[${expr.args.map(spell).join(", ")}]`;
    case "call":
      return `${spell(expr.callee)}(${[...expr.args.map(spell), ...expr.keywords.map(spellKeyword)].join(", ")})`;
    case "string":
      return expr.parts.every((part) => typeof part === "string") ? JSON.stringify(expr.parts.join("")) : 'f"…"';
    case "number":
      return expr.text;
    case "constant":
      return expr.value === null ? "None" : expr.value ? "True" : "False";
    case "ellipsis":
      return "...";
    case "list":
      return `[${expr.items.map(spell).join(", ")}]`;
    case "tuple":
      return `(${expr.items.map(spell).join(", ")}${expr.items.length === 1 ? "," : ""})`;
    case "set":
      return `{${expr.items.map(spell).join(", ")}}`;
    case "dict":
      return `{${expr.entries.map(([key, value]) => `${spell(key)}: ${spell(value)}`).join(", ")}}`;
    case "splat":
      return `*${spell(expr.value)}`;
    case "binary":
      return `${spell(expr.left)} ${expr.operator} ${spell(expr.right)}`;
    case "unary":
      return `${expr.operator}${expr.operator === "not" ? " " : ""}${spell(expr.operand)}`;
    case "comprehension":
      return `[${spell(expr.item)} for ${expr.target} in ${spell(expr.over)}]`;
    case "other":
      return "…";
  }
}

function spellKeyword(keyword: Keyword): string {
  return keyword.name === undefined ? `**${spell(keyword.value)}` : `${keyword.name}=${spell(keyword.value)}`;
}

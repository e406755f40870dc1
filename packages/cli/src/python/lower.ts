/** tree-sitter's tree → the statements and expressions of `syntax.ts`. */
import type { Node } from "web-tree-sitter";
import { decodeEscapes, readPrefix } from "./strings.ts";
import type {
  AssignStatement,
  At,
  Expr,
  FunctionStatement,
  ImportStatement,
  Keyword,
  Parameter,
  Statement,
} from "./syntax.ts";

export function lowerBody(nodes: readonly Node[]): readonly Statement[] {
  return nodes.flatMap((node) => lowerStatement(node, []));
}

function lowerStatement(node: Node, decorators: readonly Expr[]): readonly Statement[] {
  switch (node.type) {
    case "import_statement":
    case "import_from_statement":
      return lowerImport(node);
    case "expression_statement":
      return children(node).flatMap((child) => lowerChange(child) ?? lowerAssignment(child));
    case "delete_statement":
      return children(node).flatMap((child) => lowerChange(child) ?? []);
    case "type_alias_statement":
      return lowerTypeAlias(node);
    case "decorated_definition":
      return lowerDecorated(node);
    case "class_definition":
      return [lowerClass(node, decorators)];
    case "function_definition":
      return [lowerFunction(node, decorators)];
    case "if_statement":
    case "try_statement":
    case "with_statement":
    case "for_statement":
    case "while_statement":
    case "match_statement":
      return [lowerBlock(node)];
    default:
      return [];
  }
}

function lowerBlock(node: Node): Statement {
  const condition = node.childForFieldName("condition")?.text ?? "";
  return { kind: "block", body: blocksIn(node), typeChecking: /(^|\.)TYPE_CHECKING$/.test(condition) };
}

/** The statements of every branch, however deep the clauses nest. */
function blocksIn(node: Node): readonly Statement[] {
  return children(node).flatMap((child) => {
    if (child.type === "block") return lowerBody(children(child));
    return child.type.endsWith("_clause") ? blocksIn(child) : [];
  });
}

function lowerImport(node: Node): readonly ImportStatement[] {
  const from = node.childForFieldName("module_name");
  const names = node.childrenForFieldName("name").filter((name) => name !== null);
  if (from === null) return names.map((name) => plainImport(name));
  const dots = /^\.*/.exec(from.text)?.[0].length ?? 0;
  const origin = { kind: "import", level: dots, module: from.text.slice(dots).replace(/\s/g, "") } as const;
  if (children(node).some((child) => child.type === "wildcard_import")) {
    return [{ ...origin, name: "*", as: "*", at: at(node) }];
  }
  return names.map((node) => {
    const { name, as } = aliased(node);
    return { ...origin, name, as: as ?? name, at: at(node) };
  });
}

function plainImport(node: Node): ImportStatement {
  const { name, as } = aliased(node);
  const bound = as ?? name.split(".")[0] ?? name;
  // `import a.b` binds `a`; `import a.b as c` binds the module `a.b`.
  return {
    kind: "import",
    level: 0,
    module: as === undefined ? bound : name,
    name: undefined,
    as: bound,
    at: at(node),
  };
}

function aliased(node: Node): { readonly name: string; readonly as: string | undefined } {
  if (node.type !== "aliased_import") return { name: node.text, as: undefined };
  return { name: field(node, "name").text, as: field(node, "alias").text };
}

function lowerAssignment(node: Node): readonly AssignStatement[] {
  if (node.type !== "assignment" && node.type !== "augmented_assignment") return [];
  const left = field(node, "left");
  const right = node.childForFieldName("right");
  // `a = b = 1`: the inner assignment is the value of the outer one.
  const inner = right?.type === "assignment" ? lowerAssignment(right) : [];
  const value = inner[0] ? inner[0].value : right === null ? undefined : lowerExpr(right);
  const annotation = node.childForFieldName("type");
  const rest = {
    annotation: annotation === null ? undefined : lowerExpr(annotation),
    operator: node.type === "augmented_assignment" ? field(node, "operator").text.slice(0, -1) : undefined,
    at: at(node),
  };
  if (left.type === "identifier") return [{ kind: "assign", target: left.text, value, ...rest }, ...inner];
  // `a, b = …`: the names are bound to something we do not follow.
  const targets = left.type === "pattern_list" || left.type === "tuple_pattern" ? children(left) : [];
  const names = targets.filter((target) => target.type === "identifier");
  const unknown: Expr = { kind: "other", at: at(node) };
  return [...names.map((name) => ({ kind: "assign", target: name.text, value: unknown, ...rest }) as const), ...inner];
}

const changingMethods = new Set(
  "add append clear discard extend insert pop popitem remove reverse setdefault sort update".split(" "),
);

/** `NAME.append(…)`, `NAME["key"] = …`, `del NAME["key"]` */
function lowerChange(node: Node): readonly Statement[] | undefined {
  const changed = node.type === "call" ? calledOn(node) : subscripted(node.childForFieldName("left") ?? node);
  return changed === undefined ? undefined : [{ kind: "change", target: changed.text, at: at(node) }];
}

function calledOn(call: Node): Node | undefined {
  const callee = field(call, "function");
  if (callee.type !== "attribute" || !changingMethods.has(field(callee, "attribute").text)) return undefined;
  const object = field(callee, "object");
  return object.type === "identifier" ? object : subscripted(object);
}

function subscripted(node: Node): Node | undefined {
  if (node.type !== "subscript") return undefined;
  const value = field(node, "value");
  return value.type === "identifier" ? value : subscripted(value);
}

/** `type Image = Path`: like an assignment. */
function lowerTypeAlias(node: Node): readonly AssignStatement[] {
  const value = lowerExpr(field(node, "right"));
  return [
    {
      kind: "assign",
      target: field(node, "left").text,
      annotation: undefined,
      value,
      operator: undefined,
      at: at(node),
    },
  ];
}

function lowerDecorated(node: Node): readonly Statement[] {
  const decorators = children(node).filter((child) => child.type === "decorator");
  return lowerStatement(
    field(node, "definition"),
    decorators.map((decorator) => lowerExpr(firstChild(decorator))),
  );
}

function lowerClass(node: Node, decorators: readonly Expr[]): Statement {
  const heads = node.childForFieldName("superclasses");
  const { args, keywords } = heads === null ? { args: [], keywords: [] } : lowerArguments(heads);
  const body = lowerBody(children(field(node, "body")));
  return { kind: "class", name: field(node, "name").text, bases: args, keywords, decorators, body, at: at(node) };
}

function lowerFunction(node: Node, decorators: readonly Expr[]): FunctionStatement {
  const returnType = node.childForFieldName("return_type");
  const returns = children(field(node, "body")).filter(
    (child) => child.type === "return_statement" && child.namedChildCount > 0,
  );
  return {
    kind: "function",
    name: field(node, "name").text,
    async: node.child(0)?.type === "async",
    parameters: lowerParameters(field(node, "parameters")),
    returnType: returnType === null ? undefined : lowerExpr(returnType),
    decorators,
    returns: returns.map((statement) => lowerExpr(firstChild(statement))),
    at: at(field(node, "name")),
  };
}

function lowerParameters(node: Node): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let afterStar = false;
  for (const child of children(node)) {
    const parameter = lowerParameter(child, afterStar);
    if (child.type === "keyword_separator" || parameter?.kind === "args") afterStar = true;
    if (parameter) parameters.push(parameter);
  }
  return parameters;
}

function lowerParameter(node: Node, afterStar: boolean): Parameter | undefined {
  const plain = afterStar ? "keywordOnly" : "plain";
  const type = node.childForFieldName("type");
  const value = node.childForFieldName("value");
  const rest = {
    annotation: type === null ? undefined : lowerExpr(type),
    default: value === null ? undefined : lowerExpr(value),
    at: at(node),
  };
  switch (node.type) {
    case "identifier":
      return { name: node.text, kind: plain, ...rest };
    case "default_parameter":
    case "typed_default_parameter":
      return { name: field(node, "name").text, kind: plain, ...rest };
    case "typed_parameter": {
      const inner = lowerParameter(firstChild(node), afterStar);
      return inner && { ...inner, annotation: rest.annotation };
    }
    case "list_splat_pattern":
      return { name: node.text.replace(/^\*\s*/, ""), kind: "args", ...rest };
    case "dictionary_splat_pattern":
      return { name: node.text.replace(/^\*\*\s*/, ""), kind: "kwargs", ...rest };
    default:
      return undefined; // the separators `*` and `/`
  }
}

export function lowerExpr(node: Node): Expr {
  return { at: at(node), ...lowerBare(node) } as Expr;
}

/** An Expr without its place. */
type Bare<E = Expr> = E extends Expr ? Omit<E, "at"> : never;

function lowerBare(node: Node): Bare {
  switch (node.type) {
    case "type":
    case "parenthesized_expression":
    case "await":
      return children(node).length === 1 ? lowerBare(firstChild(node)) : { kind: "other" };
    case "identifier":
      return { kind: "name", id: node.text };
    case "attribute":
      return { kind: "attribute", object: lowerExpr(field(node, "object")), name: field(node, "attribute").text };
    case "member_type":
      return { kind: "attribute", object: lowerExpr(firstChild(node)), name: node.namedChild(1)?.text ?? "" };
    case "subscript": {
      const args = node.childrenForFieldName("subscript").filter((arg) => arg !== null);
      const only = args.length === 1 ? args[0] : undefined;
      // `X[(a, b)]` is `X[a, b]`.
      const items = only?.type === "tuple" && only.namedChildCount > 0 ? children(only) : args;
      return { kind: "subscript", value: lowerExpr(field(node, "value")), args: items.map(lowerExpr) };
    }
    case "generic_type": {
      const [value, parameters] = children(node);
      if (value === undefined || parameters === undefined) return { kind: "other" };
      return { kind: "subscript", value: lowerExpr(value), args: children(parameters).map(lowerExpr) };
    }
    case "call": {
      const list = field(node, "arguments");
      if (list.type !== "argument_list") return { kind: "other" }; // f(x for x in y)
      return { kind: "call", callee: lowerExpr(field(node, "function")), ...lowerArguments(list) };
    }
    case "string":
      return lowerString([node]);
    case "concatenated_string":
      return lowerString(children(node));
    case "integer":
    case "float":
      return { kind: "number", text: node.text };
    case "true":
    case "false":
    case "none":
      return { kind: "constant", value: node.type === "none" ? null : node.type === "true" };
    case "ellipsis":
      return { kind: "ellipsis" };
    case "list":
    case "set":
      return { kind: node.type, items: children(node).map(lowerExpr) };
    case "tuple":
    case "expression_list":
      return { kind: "tuple", items: children(node).map(lowerExpr) };
    case "dictionary":
      return lowerDict(node);
    case "list_splat":
      return { kind: "splat", value: lowerExpr(firstChild(node)) };
    case "binary_operator":
      return {
        kind: "binary",
        operator: field(node, "operator").text,
        left: lowerExpr(field(node, "left")),
        right: lowerExpr(field(node, "right")),
      };
    case "union_type": {
      const [left, right] = children(node);
      if (left === undefined || right === undefined) return { kind: "other" };
      return { kind: "binary", operator: "|", left: lowerExpr(left), right: lowerExpr(right) };
    }
    case "not_operator":
      return { kind: "unary", operator: "not", operand: lowerExpr(field(node, "argument")) };
    case "unary_operator":
      return { kind: "unary", operator: field(node, "operator").text, operand: lowerExpr(field(node, "argument")) };
    case "list_comprehension":
      return lowerComprehension(node);
    default:
      return { kind: "other" };
  }
}

function lowerArguments(list: Node): { readonly args: readonly Expr[]; readonly keywords: readonly Keyword[] } {
  const args: Expr[] = [];
  const keywords: Keyword[] = [];
  for (const child of children(list)) {
    if (child.type === "keyword_argument") {
      keywords.push({ name: field(child, "name").text, value: lowerExpr(field(child, "value")), at: at(child) });
    } else if (child.type === "dictionary_splat") {
      keywords.push({ name: undefined, value: lowerExpr(firstChild(child)), at: at(child) });
    } else {
      args.push(lowerExpr(child));
    }
  }
  return { args, keywords };
}

/** `{**other}` has no pair to keep, so such a dict is not looked into. */
function lowerDict(node: Node): Bare {
  const pairs = children(node);
  if (pairs.some((pair) => pair.type !== "pair")) return { kind: "other" };
  return {
    kind: "dict",
    entries: pairs.map((pair) => [lowerExpr(field(pair, "key")), lowerExpr(field(pair, "value"))]),
  };
}

/** Only `[item for name in iterable]`: with conditions or several loops it is not looked into. */
function lowerComprehension(node: Node): Bare {
  const [, ...clauses] = children(node);
  const [clause] = clauses;
  const target = clause?.childForFieldName("left");
  if (clauses.length !== 1 || clause?.type !== "for_in_clause" || target?.type !== "identifier")
    return { kind: "other" };
  const over = lowerExpr(field(clause, "right"));
  return { kind: "comprehension", item: lowerExpr(field(node, "body")), target: target.text, over };
}

/** One literal, or several side by side, which Python joins. */
function lowerString(nodes: readonly Node[]): Bare {
  const parts: (string | Expr)[] = [];
  for (const node of nodes) {
    const pieces = children(node);
    const prefix = readPrefix(pieces[0]?.text.replace(/["']+$/, "") ?? "");
    if (prefix.bytes) return { kind: "other" };
    for (const piece of pieces.slice(1, -1)) {
      const part = lowerPiece(piece, prefix);
      if (part === undefined) return { kind: "other" };
      parts.push(part);
    }
  }
  return { kind: "string", parts };
}

function lowerPiece(piece: Node, prefix: ReturnType<typeof readPrefix>): string | Expr | undefined {
  if (piece.type === "string_content") {
    // Python reads every line end of a source file as \n.
    const text = piece.text.replace(/\r\n?/g, "\n");
    const decoded = prefix.raw ? text : decodeEscapes(text);
    return prefix.format ? decoded.replaceAll("{{", "{").replaceAll("}}", "}") : decoded;
  }
  if (piece.type !== "interpolation") return undefined;
  // A conversion or a format specification is Python's to apply.
  return children(piece).length === 1 ? lowerExpr(field(piece, "expression")) : undefined;
}

function at(node: Node): At {
  const { row, column } = node.startPosition;
  return { line: row + 1, column: column + 1 };
}

function children(node: Node): readonly Node[] {
  return node.namedChildren.filter(
    (child) => child !== null && child.type !== "comment" && child.type !== "line_continuation",
  ) as Node[];
}

function firstChild(node: Node): Node {
  const child = children(node)[0];
  if (child === undefined) throw new Error(`${node.type} is empty`);
  return child;
}

/** A field that the grammar says is there. The tree is free of syntax errors when we come here. */
function field(node: Node, name: string): Node {
  const child = node.childForFieldName(name);
  if (child === null) throw new Error(`${node.type} has no ${name}`);
  return child;
}

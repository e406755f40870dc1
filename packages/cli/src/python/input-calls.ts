/**
 * Finds the `Input(…)` behind a parameter's default: written in place, named, held in a class, or returned by a
 * function or method.
 */

import { attributeOf, lineage } from "./classes.ts";
import type { Context } from "./context.ts";
import type { Environment } from "./evaluate.ts";
import type { Module } from "./modules.ts";
import type { Entity } from "./names.ts";
import type { At, CallExpr, Expr, FunctionStatement } from "./syntax.ts";
import type { PyValue } from "./values.ts";

/** An `Input(…)`: its arguments by name, and where their names are looked up. */
export interface InputCall {
  readonly at: At;
  readonly module: Module;
  readonly environment: Environment;
  readonly arguments: ReadonlyMap<string, Expr>;
}

const DEPTH_LIMIT = 20;

/** The Input call that `expr` stands for; undefined when it stands for something else. */
export function findInputCall(
  context: Context,
  module: Module,
  expr: Expr,
  environment: Environment = new Map(),
  depth = 0,
): InputCall | undefined {
  if (depth > DEPTH_LIMIT) return undefined;
  if (expr.kind === "name" || expr.kind === "attribute") {
    const held = heldBy(context, context.names.resolve(module, expr));
    return held && findInputCall(context, held.module, held.expr, new Map(), depth + 1);
  }
  if (expr.kind !== "call") return undefined;
  if (isInput(context, module, expr.callee)) {
    const named = argumentsOf(context, module, expr, environment);
    return { at: expr.at, module, environment, arguments: named };
  }
  const maker = functionOf(context, context.names.resolve(module, expr.callee));
  const [returned] = maker?.function.returns ?? [];
  if (!maker || !returned) return undefined;
  const parameters = bindArguments(context, maker, { module, call: expr, environment });
  const made = findInputCall(context, maker.module, returned, parameters, depth + 1);
  return made && { ...made, at: expr.at };
}

function isInput(context: Context, module: Module, callee: Expr): boolean {
  const entity = context.names.resolve(module, callee);
  if (entity?.kind === "unbound") return entity.name === "Input";
  return entity?.kind === "external" && entity.name === "Input" && entity.origin.split(".")[0] === "cog";
}

/** The only positional argument is the default; `**{…}` of a constant dict is spread. */
function argumentsOf(
  context: Context,
  module: Module,
  call: CallExpr,
  environment: Environment,
): ReadonlyMap<string, Expr> {
  const named = new Map<string, Expr>();
  const [first] = call.args;
  if (first) named.set("default", first);
  for (const { name, value, at } of call.keywords) {
    if (name !== undefined) {
      named.set(name, value);
      continue;
    }
    const spread = context.evaluate(module, value, environment);
    if (spread?.kind !== "dict") {
      context.problem(
        "schema.default_unknown",
        module,
        at,
        "the arguments of this Input are not known without running Python",
        "Write them as name=value.",
      );
      continue;
    }
    for (const [key, item] of spread.entries) if (key.kind === "str") named.set(key.value, literal(item, at));
  }
  return named;
}

/** A value as the expression that gives it. */
function literal(value: PyValue, at: At): Expr {
  switch (value.kind) {
    case "unknown":
      return { kind: "other", at };
    case "none":
      return { kind: "constant", value: null, at };
    case "bool":
      return { kind: "constant", value: value.value, at };
    case "str":
      return { kind: "string", parts: [value.value], at };
    case "int":
    case "float":
      return value.value < 0
        ? { kind: "unary", operator: "-", operand: { kind: "number", text: String(-value.value), at }, at }
        : {
            kind: "number",
            text: value.kind === "float" && Number.isInteger(value.value) ? `${value.value}.0` : String(value.value),
            at,
          };
    case "list":
    case "tuple":
    case "set":
      return { kind: value.kind, items: value.items.map((item) => literal(item, at)), at };
    case "dict":
      return { kind: "dict", entries: value.entries.map(([key, item]) => [literal(key, at), literal(item, at)]), at };
  }
}

function heldBy(
  context: Context,
  entity: Entity | undefined,
): { readonly module: Module; readonly expr: Expr } | undefined {
  if (entity?.kind === "value") return entity;
  return entity?.kind === "member" ? attributeOf(context, entity.owner, entity.name) : undefined;
}

interface Maker {
  readonly module: Module;
  readonly function: FunctionStatement;
  readonly isMethod: boolean;
}

function functionOf(context: Context, entity: Entity | undefined): Maker | undefined {
  if (entity?.kind === "function") return { module: entity.module, function: entity.node, isMethod: false };
  if (entity?.kind !== "member") return undefined;
  for (const { module, node } of lineage(context, entity.owner)) {
    const method = node.body.findLast((part) => part.kind === "function" && part.name === entity.name);
    if (method?.kind === "function") {
      const isMethod = !method.decorators.some(
        (decorator) => decorator.kind === "name" && decorator.id === "staticmethod",
      );
      return { module, function: method, isMethod };
    }
  }
  return undefined;
}

interface CallSite {
  readonly module: Module;
  readonly call: CallExpr;
  readonly environment: Environment;
}

/** What the parameters of the function are bound to by this call, and by their own defaults. */
function bindArguments(context: Context, maker: Maker, site: CallSite): Environment {
  const bound = new Map<string, PyValue | undefined>();
  const parameters = maker.function.parameters.filter(({ kind }) => kind === "plain" || kind === "keywordOnly");
  const [first] = parameters;
  const own = maker.isMethod && (first?.name === "self" || first?.name === "cls") ? parameters.slice(1) : parameters;
  for (const parameter of own) {
    bound.set(parameter.name, parameter.default && context.evaluate(maker.module, parameter.default));
  }
  const argumentValue = (expr: Expr): PyValue | undefined => context.evaluate(site.module, expr, site.environment);
  site.call.args.forEach((argument, index) => {
    const parameter = own[index];
    if (parameter) bound.set(parameter.name, argumentValue(argument));
  });
  for (const { name, value } of site.call.keywords)
    if (name !== undefined && bound.has(name)) bound.set(name, argumentValue(value));
  return bound;
}

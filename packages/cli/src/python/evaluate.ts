/**
 * The value of constant expressions: literals, constants of this and other project files, arithmetic, simple f-strings,
 * and the few deterministic calls that choices are written with. No guesses: what is not certain is undefined.
 */
import { applyBinary, applyUnary } from "./arithmetic.ts";
import { attributeOf } from "./classes.ts";
import type { Context } from "./context.ts";
import { enumMembers, enumValues, isEnum } from "./enums.ts";
import type { Module } from "./modules.ts";
import type { CallExpr, Expr } from "./syntax.ts";
import { textMethod } from "./text-methods.ts";
import { float, int, isSequence, list, none, type PyValue, same, str, text, unknown } from "./values.ts";

/** Names that are not the module's: parameters of a function, the variable of a comprehension. Undefined: not known. */
export type Environment = ReadonlyMap<string, PyValue | undefined>;

interface Scope {
  readonly context: Context;
  readonly module: Module;
  readonly environment: Environment;
  readonly depth: number;
  /** Shared by the whole evaluation: names may refer to each other in circles, and lists double at every step. */
  readonly work: { left: number };
}

const DEPTH_LIMIT = 500;
const WORK_LIMIT = 100_000;

export function evaluate(
  context: Context,
  module: Module,
  expr: Expr,
  environment: Environment = new Map(),
): PyValue | undefined {
  return evaluateIn(expr, { context, module, environment, depth: 0, work: { left: WORK_LIMIT } });
}

function evaluateIn(expr: Expr, outer: Scope): PyValue | undefined {
  const scope = { ...outer, depth: outer.depth + 1 };
  if (scope.depth > DEPTH_LIMIT || scope.work.left-- <= 0) return undefined;
  switch (expr.kind) {
    case "constant":
      return expr.value === null ? none : { kind: "bool", value: expr.value };
    case "number":
      return numberOf(expr.text);
    case "string":
      return textOf(expr.parts, scope);
    case "list":
    case "tuple":
    case "set": {
      const items = itemsOf(expr.items, scope);
      return items && { kind: expr.kind, items };
    }
    case "dict": {
      const entries = expr.entries.map(
        ([key, value]) => [evaluateIn(key, scope), evaluateIn(value, scope) ?? unknown] as const,
      );
      if (entries.some(([key]) => key === undefined)) return undefined;
      return { kind: "dict", entries: entries as [PyValue, PyValue][] }; // just checked
    }
    case "unary": {
      const operand = evaluateIn(expr.operand, scope);
      return operand && applyUnary(expr.operator, operand);
    }
    case "binary": {
      const left = evaluateIn(expr.left, scope);
      const right = left && evaluateIn(expr.right, scope);
      return left && right && applyBinary(expr.operator, left, right);
    }
    case "name":
    case "attribute":
      return nameOf(expr, scope);
    case "subscript":
      return elementOf(expr, scope);
    case "call":
      return callOf(expr, scope);
    case "comprehension": {
      const over = iterate(evaluateIn(expr.over, scope)) ?? enumItems(expr.over, scope);
      const items = over?.map((item) =>
        evaluateIn(expr.item, { ...scope, environment: new Map(scope.environment).set(expr.target, item) }),
      );
      return items && allKnown(items) ? list(items) : undefined;
    }
    case "ellipsis":
    case "splat":
    case "other":
      return undefined;
  }
}

function numberOf(source: string): PyValue | undefined {
  const digits = source.replaceAll("_", "");
  if (/^\d+$/.test(digits) || /^0[xob]/i.test(digits)) {
    return /^0\d*[1-9]/.test(digits) && !/^0[xob]/i.test(digits) ? undefined : int(BigInt(digits));
  }
  return /j$/i.test(digits) ? undefined : float(Number(digits));
}

function textOf(parts: readonly (string | Expr)[], scope: Scope): PyValue | undefined {
  const pieces = parts.map((part) => {
    const value = typeof part === "string" ? str(part) : evaluateIn(part, scope);
    return value && text(value);
  });
  return allKnown(pieces) ? str(pieces.join("")) : undefined;
}

function itemsOf(exprs: readonly Expr[], scope: Scope): readonly PyValue[] | undefined {
  const items = exprs.map((item) => {
    if (item.kind === "splat") return iterate(evaluateIn(item.value, scope));
    const value = evaluateIn(item, scope);
    return value && [value];
  });
  if (!allKnown(items)) return undefined;
  const flat = items.flat();
  scope.work.left -= flat.length;
  return flat;
}

function nameOf(expr: Extract<Expr, { kind: "name" | "attribute" }>, scope: Scope): PyValue | undefined {
  if (expr.kind === "name" && scope.environment.has(expr.id)) return scope.environment.get(expr.id);
  const { context, module } = scope;
  const entity = context.names.resolve(module, expr);
  if (entity?.kind === "value") {
    if (entity.module.reassigned.has(entity.name)) {
      context.warn(
        "schema.reassigned",
        module,
        expr.at,
        `${entity.name} may be something else when the model runs, for it is changed or assigned again; what it is first is used`,
        "Assign it once, at the top level, and leave it so.",
      );
    }
    return evaluateIn(entity.expr, { ...scope, module: entity.module, environment: new Map() });
  }
  if (entity?.kind === "member") return memberOf(entity.owner, entity.name, scope);
  // `Mode.FAST.value`, and `.value` of a comprehension over an enum
  if (expr.kind === "attribute" && expr.name === "value") return enumValueOf(expr.object, scope);
  return undefined;
}

/** An enum's member, or a constant of a class. */
function memberOf(owner: Parameters<typeof enumMembers>[1], name: string, scope: Scope): PyValue | undefined {
  if (isEnum(scope.context, owner)) return enumMembers(scope.context, owner)?.get(name);
  const held = attributeOf(scope.context, owner, name);
  return held && evaluateIn(held.expr, { ...scope, module: held.module, environment: new Map() });
}

function enumValueOf(object: Expr, scope: Scope): PyValue | undefined {
  if (object.kind === "name" && scope.environment.has(object.id)) return scope.environment.get(object.id);
  const entity = scope.context.names.resolve(scope.module, object);
  return entity?.kind === "member" && isEnum(scope.context, entity.owner)
    ? enumMembers(scope.context, entity.owner)?.get(entity.name)
    : undefined;
}

/** The values of an enum class given by name. */
function enumItems(expr: Expr, scope: Scope): readonly PyValue[] | undefined {
  const entity = scope.context.names.resolve(scope.module, expr);
  if (entity?.kind !== "class" || !isEnum(scope.context, entity)) return undefined;
  return enumValues(scope.context, entity);
}

function elementOf(expr: Extract<Expr, { kind: "subscript" }>, scope: Scope): PyValue | undefined {
  const container = evaluateIn(expr.value, scope);
  const key = expr.args.length === 1 && expr.args[0] ? evaluateIn(expr.args[0], scope) : undefined;
  if (!container || !key) return undefined;
  if (container.kind === "dict") {
    const value = container.entries.findLast(([candidate]) => same(candidate, key))?.[1];
    return value?.kind === "unknown" ? undefined : value;
  }
  if ((container.kind === "list" || container.kind === "tuple") && key.kind === "int") {
    return container.items.at(Number(key.value));
  }
  return undefined;
}

function callOf(call: CallExpr, scope: Scope): PyValue | undefined {
  const { callee } = call;
  if (callee.kind === "attribute" && call.args.length === 0 && call.keywords.length === 0) {
    const object = evaluateIn(callee.object, scope);
    if (object?.kind === "dict" && callee.name === "keys") return list(object.entries.map(([key]) => key));
    if (object?.kind === "dict" && callee.name === "values") {
      const values = object.entries.map(([, value]) => value);
      return values.includes(unknown) ? undefined : list(values);
    }
  }
  if (callee.kind === "attribute" && call.keywords.length === 0) {
    const object = evaluateIn(callee.object, scope);
    const values = object?.kind === "str" ? itemsOf(call.args, scope) : undefined;
    if (object?.kind === "str") return values && textMethod(callee.name, object.value, values);
  }
  const entity = scope.context.names.resolve(scope.module, callee);
  const name = entity?.kind === "unbound" || entity?.kind === "external" ? entity.name : "";
  const [argument, ...more] = call.args;
  // `Path("sample.png")`, the default of a file input, is its text.
  if (name === "Path" && argument && more.length === 0) return textArgument(argument, scope);
  if (entity?.kind !== "unbound") return undefined;
  return builtinOf(name, call, scope);
}

function textArgument(argument: Expr, scope: Scope): PyValue | undefined {
  const value = evaluateIn(argument, scope);
  return value?.kind === "str" ? value : undefined;
}

function builtinOf(name: string, call: CallExpr, scope: Scope): PyValue | undefined {
  const [first] = call.args;
  const values = itemsOf(call.args, scope);
  if (name === "range" && values && call.keywords.length === 0) return rangeOf(values);
  if (call.args.length !== 1 || !first) return undefined;
  const items = (values?.[0] && iterate(values[0])) ?? enumItems(first, scope);
  switch (name) {
    case "list":
      return items && call.keywords.length === 0 ? list(items) : undefined;
    case "tuple":
      return items && call.keywords.length === 0 ? { kind: "tuple", items } : undefined;
    case "sorted":
      return items && sortedOf(items, call, scope);
    case "str": {
      const shown = values?.[0] && text(values[0]);
      return shown === undefined ? undefined : str(shown);
    }
    case "len":
      return items && int(BigInt(items.length));
    default:
      return undefined;
  }
}

function sortedOf(items: readonly PyValue[], call: CallExpr, scope: Scope): PyValue | undefined {
  const [keyword, ...others] = call.keywords;
  if (others.length > 0 || (keyword && keyword.name !== "reverse")) return undefined;
  const reverse = keyword ? evaluateIn(keyword.value, scope) : undefined;
  if (keyword && reverse?.kind !== "bool") return undefined;
  const kinds = new Set(items.map((item) => (item.kind === "float" ? "int" : item.kind)));
  if (kinds.size > 1 || items.some((item) => !["int", "float", "str"].includes(item.kind))) return undefined;
  const sorted = items.toSorted((a, b) => compare(a, b));
  return list(reverse?.kind === "bool" && reverse.value ? sorted.reverse() : sorted);
}

function compare(a: PyValue, b: PyValue): number {
  if (a.kind === "str" && b.kind === "str") return comparePoints([...a.value], [...b.value]);
  const [x, y] = [a, b].map((value) => ("value" in value ? Number(value.value) : 0));
  return (x ?? 0) - (y ?? 0);
}

/** Python orders text by code point, JavaScript by UTF-16 unit. */
function comparePoints(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((letter, index) => letter !== b[index]);
  if (at === -1) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}

function rangeOf(values: readonly PyValue[]): PyValue | undefined {
  const numbers = values.map((value) => (value.kind === "int" ? Number(value.value) : Number.NaN));
  const [start, stop, step] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  if (start === undefined || stop === undefined || step === undefined || numbers.some(Number.isNaN) || step === 0)
    return undefined;
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return length > 10_000 ? undefined : list(Array.from({ length }, (_, i) => int(BigInt(start + i * step))));
}

function iterate(value: PyValue | undefined): readonly PyValue[] | undefined {
  if (value === undefined) return undefined;
  if (isSequence(value)) return value.items;
  if (value.kind === "dict") return value.entries.map(([key]) => key);
  return value.kind === "str" ? [...value.value].map(str) : undefined;
}

function allKnown<T>(values: readonly (T | undefined)[]): values is readonly T[] {
  return !values.includes(undefined);
}

/** `Enum` classes: their members' values, in order. */
import type { Context } from "./context.ts";
import type { Module } from "./modules.ts";
import type { ClassStatement, Expr } from "./syntax.ts";
import { int, type PyValue, same, str } from "./values.ts";

export interface ClassIn {
  readonly module: Module;
  readonly node: ClassStatement;
}

/** Deeper hierarchies than this go round in circles. */
const DEPTH_LIMIT = 10;

const enumBases = new Set(["Enum", "StrEnum", "IntEnum"]);

export function isEnum(context: Context, { module, node }: ClassIn): boolean {
  return enumBase(context, { module, node }, 0) !== undefined;
}

function enumBase(context: Context, { module, node }: ClassIn, depth: number): string | undefined {
  for (const base of depth > DEPTH_LIMIT ? [] : node.bases) {
    const entity = context.names.resolve(module, base);
    if ((entity?.kind === "external" || entity?.kind === "unbound") && enumBases.has(entity.name)) return entity.name;
    const inherited = entity?.kind === "class" ? enumBase(context, entity, depth + 1) : undefined;
    if (inherited) return inherited;
  }
  return undefined;
}

/** The values of the members, as iterating over the class gives them: a second name for a value is no member. */
export function enumValues(context: Context, owner: ClassIn): readonly PyValue[] | undefined {
  const members = enumMembers(context, owner);
  return (
    members &&
    [...members.values()].filter((value, index, all) => all.findIndex((other) => same(other, value)) === index)
  );
}

/** The members by name; undefined when the value of one is not known. */
export function enumMembers(context: Context, owner: ClassIn): ReadonlyMap<string, PyValue> | undefined {
  if (context.openEnums.has(owner.node)) return undefined;
  context.openEnums.add(owner.node);
  try {
    return evaluateMembers(context, owner);
  } finally {
    context.openEnums.delete(owner.node);
  }
}

function evaluateMembers(context: Context, owner: ClassIn): ReadonlyMap<string, PyValue> | undefined {
  const members = new Map<string, PyValue>();
  const textual = enumBase(context, owner, 0) === "StrEnum";
  let last = 0n;
  for (const statement of owner.node.body) {
    if (statement.kind !== "assign" || !statement.value || statement.target.startsWith("_")) continue;
    const value = isAuto(context, owner.module, statement.value)
      ? textual
        ? str(statement.target.toLowerCase())
        : int(last + 1n)
      : context.evaluate(owner.module, statement.value, members);
    if (value === undefined) return undefined;
    if (value.kind === "int") last = value.value;
    members.set(statement.target, value);
  }
  return members;
}

function isAuto(context: Context, module: Module, expr: Expr): boolean {
  if (expr.kind !== "call" || expr.args.length > 0) return false;
  const entity = context.names.resolve(module, expr.callee);
  return entity?.kind === "external" && entity.name === "auto";
}

/** Annotations → what they say in Python's terms. Whether an input or output may be that is decided by those. */
import type { Scalar } from "@cog/core/schema";
import type { Context } from "./context.ts";
import { type ClassIn, isEnum } from "./enums.ts";
import type { Module } from "./modules.ts";
import type { Entity } from "./names.ts";
import { type At, type Expr, show } from "./syntax.ts";
import type { PyValue } from "./values.ts";

export type PyType = { readonly at: At; readonly written: string } & (
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "any" }
  | { readonly kind: "none" }
  | { readonly kind: "dict"; readonly value: PyType | undefined }
  | { readonly kind: "list"; readonly items: PyType | undefined }
  /** `Optional[T]` is the union of T and None. Unions in unions are flattened. */
  | { readonly kind: "union"; readonly members: readonly PyType[] }
  | { readonly kind: "iterator"; readonly items: PyType | undefined; readonly concatenate: boolean }
  /** `Annotated[T, Opaque]`: some JSON object, or a list of them. */
  | { readonly kind: "opaque"; readonly list: boolean; readonly optional: boolean }
  | { readonly kind: "literal"; readonly values: readonly PyValue[] }
  | { readonly kind: "enum"; readonly owner: ClassIn }
  | { readonly kind: "class"; readonly owner: ClassIn }
  /** `ClassVar`, `Required`, `NotRequired`: only fields of classes have them. */
  | { readonly kind: "qualified"; readonly qualifier: string; readonly of: PyType | undefined }
  /** A name that stands for nothing we know; `origin` is the module it is imported from. */
  | { readonly kind: "unresolved"; readonly name: string; readonly origin: string | undefined }
  | { readonly kind: "unsupported"; readonly why: string }
);

/** Understood by these names whatever they were imported from, as Cog does: `pathlib.Path` is `Path`. */
const scalars: Readonly<Record<string, Scalar>> = {
  str: { kind: "string" },
  int: { kind: "integer" },
  float: { kind: "number" },
  bool: { kind: "boolean" },
  Path: { kind: "path" },
  File: { kind: "file" },
  Secret: { kind: "secret" },
};

const iterators: Readonly<Record<string, { readonly concatenate: boolean }>> = {
  Iterator: { concatenate: false },
  AsyncIterator: { concatenate: false },
  ConcatenateIterator: { concatenate: true },
  AsyncConcatenateIterator: { concatenate: true },
};

/** What a bare name that nothing binds may still be: builtins, and the names we know anyway. */
const builtinTypes = new Set([
  ...Object.keys(scalars),
  ...Object.keys(iterators),
  ...["list", "List", "dict", "Dict", "Any", "Optional", "Union"],
]);

const qualifiers = new Set(["ClassVar", "Required", "NotRequired", "ReadOnly", "Final"]);
const typingModules = new Set(["typing", "typing_extensions"]);
const DEPTH_LIMIT = 40;
/** Aliases may double at every step. */
const WORK_LIMIT = 2_000;

export function readAnnotation(context: Context, module: Module, expr: Expr): PyType {
  return new Reading(context).read(module, expr, 0);
}

class Reading {
  private readonly context: Context;
  private workLeft = WORK_LIMIT;

  constructor(context: Context) {
    this.context = context;
  }

  read(module: Module, expr: Expr, depth: number): PyType {
    const base = { at: expr.at, written: show(expr) };
    if (depth > DEPTH_LIMIT || this.workLeft-- <= 0)
      return { ...base, kind: "unsupported", why: "it refers to itself" };
    switch (expr.kind) {
      case "constant":
        return expr.value === null
          ? { ...base, kind: "none" }
          : { ...base, kind: "unsupported", why: "it is not a type" };
      case "string":
        return this.readText(module, expr, depth);
      case "binary":
        if (expr.operator !== "|") break;
        return this.union(base, [this.read(module, expr.left, depth + 1), this.read(module, expr.right, depth + 1)]);
      case "name":
      case "attribute":
        return this.readName(module, expr, base, depth);
      case "subscript":
        return this.readSubscript(module, expr, base, depth);
      default:
    }
    return { ...base, kind: "unsupported", why: "it is not a type" };
  }

  /** `"list[str]"` */
  private readText(module: Module, expr: Extract<Expr, { kind: "string" }>, depth: number): PyType {
    const [text = ""] = expr.parts;
    const base = { at: expr.at, written: typeof text === "string" ? text : show(expr) };
    const inner =
      typeof text === "string" && expr.parts.length === 1
        ? this.context.modules.parseAnnotation(text, expr.at)
        : undefined;
    return inner
      ? this.read(module, inner, depth + 1)
      : { ...base, kind: "unsupported", why: "the text is not a type" };
  }

  private readName(module: Module, expr: NameExpr, base: Base, depth: number): PyType {
    const entity = this.resolveType(module, expr);
    const last = expr.kind === "name" ? expr.id : expr.name;
    const name = entity?.kind === "external" || entity?.kind === "unbound" ? entity.name : "";
    const scalar = scalarNamed(last) ?? scalarNamed(name);
    if (scalar) return { ...base, kind: "scalar", scalar };
    if (last === "Any" || name === "Any") return { ...base, kind: "any" };
    switch (entity?.kind) {
      case "class":
        return isEnum(this.context, entity)
          ? { ...base, kind: "enum", owner: entity }
          : { ...base, kind: "class", owner: entity };
      case "value":
        return this.readAlias(entity, base, depth);
      case "external":
      case "unbound":
        return this.readKnown(entity, base);
      default:
        return { ...base, kind: "unresolved", name: base.written, origin: undefined };
    }
  }

  private resolveType(module: Module, expr: Expr): Entity | undefined {
    const entity = this.context.names.resolve(module, expr);
    if (entity?.kind !== "unbound" || builtinTypes.has(entity.name)) return entity;
    return this.context.names.lookUpBeside(module, entity.name) ?? entity;
  }

  /** `Image = Path`, `NewType("Image", Path)` */
  private readAlias(entity: Extract<Entity, { kind: "value" }>, base: Base, depth: number): PyType {
    const { module, expr } = entity;
    if (expr.kind === "call") {
      const [, type] = expr.args;
      const callee = this.context.names.resolve(module, expr.callee);
      const isNewType = (callee?.kind === "external" || callee?.kind === "unbound") && callee.name === "NewType";
      if (isNewType && type) return { ...this.read(module, type, depth + 1), ...base };
      return { ...base, kind: "unsupported", why: `${entity.name} is made by a call` };
    }
    return { ...this.read(module, expr, depth + 1), ...base };
  }

  private readKnown(entity: Extract<Entity, { kind: "external" | "unbound" }>, base: Base): PyType {
    const { name } = entity;
    const origin = entity.kind === "external" ? entity.origin : undefined;
    const shadowed = (name === "list" || name === "dict") && origin !== undefined && origin !== "builtins";
    if (!shadowed && (name === "list" || name === "List")) return { ...base, kind: "list", items: undefined };
    if (!shadowed && (name === "dict" || name === "Dict")) return { ...base, kind: "dict", value: undefined };
    const iterator = Object.hasOwn(iterators, name) ? iterators[name] : undefined;
    if (iterator) return { ...base, kind: "iterator", items: undefined, ...iterator };
    if (qualifiers.has(name)) return { ...base, kind: "qualified", qualifier: name, of: undefined };
    if (origin !== undefined && typingModules.has(origin)) {
      const known = name === "Optional" || name === "Union";
      const why = known ? `it does not say of what: ${name}[…]` : `${name} is not among the types Cog knows`;
      return { ...base, kind: "unsupported", why };
    }
    return { ...base, kind: "unresolved", name: base.written, origin };
  }

  private readSubscript(module: Module, expr: Extract<Expr, { kind: "subscript" }>, base: Base, depth: number): PyType {
    const entity = this.context.names.resolve(module, expr.value);
    const name = entity?.kind === "external" || entity?.kind === "unbound" ? entity.name : show(expr.value);
    const { args } = expr;
    const read = (index: number): PyType | undefined => {
      const argument = args[index];
      return argument && this.read(module, argument, depth + 1);
    };
    const arity = (count: number, type: () => PyType): PyType =>
      args.length === count
        ? type()
        : {
            ...base,
            kind: "unsupported",
            why: `${name} takes ${count} type argument${count > 1 ? "s" : ""}, not ${args.length}`,
          };
    const iterator = Object.hasOwn(iterators, name) ? iterators[name] : undefined;
    if (iterator) return arity(1, () => ({ ...base, kind: "iterator", items: read(0), ...iterator }));
    switch (name) {
      case "list":
      case "List":
        return arity(1, () => ({ ...base, kind: "list", items: read(0) }));
      case "dict":
      case "Dict":
        return arity(2, () => ({ ...base, kind: "dict", value: read(1) }));
      case "Optional":
        return arity(1, () => this.union(base, [read(0), { at: expr.at, written: "None", kind: "none" }]));
      case "Union":
        return this.union(
          base,
          args.map((_, index) => read(index)),
        );
      case "Annotated":
        return this.readAnnotated(module, expr, base, entity, depth);
      case "Literal":
        return this.readLiteral(module, args, base);
      default:
        if (qualifiers.has(name)) return { ...base, kind: "qualified", qualifier: name, of: read(0) };
        if (entity?.kind === "class") return { ...base, kind: "unsupported", why: `${name} takes type arguments` };
        if (entity?.kind === "external" && !typingModules.has(entity.origin)) {
          return { ...base, kind: "unresolved", name: show(expr.value), origin: entity.origin };
        }
        return { ...base, kind: "unsupported", why: `${name} is not among the types Cog knows` };
    }
  }

  private union(base: Base, members: readonly (PyType | undefined)[]): PyType {
    const flat = members
      .filter((member) => member !== undefined)
      .flatMap((member) => (member.kind === "union" ? member.members : [member]));
    return flat.length === 1 && flat[0] ? flat[0] : { ...base, kind: "union", members: flat };
  }

  private readAnnotated(
    module: Module,
    expr: Extract<Expr, { kind: "subscript" }>,
    base: Base,
    entity: Entity | undefined,
    depth: number,
  ): PyType {
    if (entity?.kind !== "external" || !typingModules.has(entity.origin)) {
      return { ...base, kind: "unsupported", why: "Annotated must be imported from typing or typing_extensions" };
    }
    const [inner, ...metadata] = expr.args;
    if (!inner) return { ...base, kind: "unsupported", why: "Annotated needs a type" };
    const opaque = metadata.some((item) => {
      const marker = this.context.names.resolve(module, item);
      return marker?.kind === "external" && marker.name === "Opaque" && marker.origin.split(".")[0] === "cog";
    });
    const type = this.read(module, inner, depth + 1);
    return opaque ? { ...base, kind: "opaque", ...this.opaqueShape(type) } : type;
  }

  /** Only the outermost form counts: the type inside may be anything. */
  private opaqueShape(type: PyType): { readonly list: boolean; readonly optional: boolean } {
    if (type.kind === "opaque") return type;
    if (type.kind !== "union") return { list: type.kind === "list", optional: false };
    const [only, ...others] = type.members.filter(({ kind }) => kind !== "none");
    return {
      list: others.length === 0 && (only?.kind === "list" || (only?.kind === "opaque" && only.list && !only.optional)),
      optional: type.members.some(({ kind }) => kind === "none"),
    };
  }

  private readLiteral(module: Module, args: readonly Expr[], base: Base): PyType {
    const values = args.map((argument) => this.context.evaluate(module, argument));
    if (values.length === 0 || values.includes(undefined)) {
      return { ...base, kind: "unsupported", why: "its values are not known" };
    }
    const known = values as PyValue[]; // just checked
    const plain = known.filter((value) => value.kind !== "none");
    if (plain.length === 0) return { ...base, kind: "none" };
    const literal: PyType = { ...base, kind: "literal", values: plain };
    if (plain.length === known.length) return literal;
    return this.union(base, [literal, { ...base, kind: "none" }]);
  }
}

type Base = Pick<PyType, "at" | "written">;
type NameExpr = Extract<Expr, { kind: "name" | "attribute" }>;

function scalarNamed(name: string): Scalar | undefined {
  return Object.hasOwn(scalars, name) ? scalars[name] : undefined;
}

/** Classes as outputs: BaseModel, dataclass, TypedDict → fields. */
import type { ModelField, OutputType } from "@cog/core/schema";
import { type PyType, readAnnotation } from "./annotations.ts";
import { lineage } from "./classes.ts";
import type { Context } from "./context.ts";
import { type ClassIn, isEnum } from "./enums.ts";
import type { Entity } from "./names.ts";
import { type OutputPlace, refuseOutput } from "./output-place.ts";
import type { AssignStatement, Expr, Statement } from "./syntax.ts";

/** Deeper hierarchies than this go round in circles. */
const DEPTH_LIMIT = 10;

type Family = "model" | "dataclass" | "typedDict";

/** What `family` looks like in a message. */
export function describeClass(context: Context, owner: ClassIn): string {
  const words = { model: "a BaseModel", dataclass: "a dataclass", typedDict: "TypedDict" };
  const family = familyOf(context, owner);
  if (family) return words[family];
  return isEnum(context, owner) ? "an Enum" : "a class of yours";
}

/** Reads the type of a field; what reads outputs gives itself here, for models hold outputs and outputs models. */
export type ReadType = (place: OutputPlace, type: PyType) => OutputType | undefined;

/** The output type of a class, or undefined when it is none of the families. */
export function readModel(
  { context, open }: OutputPlace,
  owner: ClassIn,
  readType: ReadType,
): OutputType | "reported" | undefined {
  const family = familyOf(context, owner);
  if (!family) return undefined;
  // A model inside itself is just an object there.
  if (open.includes(owner.node)) return { kind: "object" };
  const fields = new Map<string, ModelField | "reported">();
  // The class after its bases, so that its own fields override theirs in place.
  for (const part of lineage(context, owner).toReversed()) {
    for (const statement of part.node.body) {
      if (!isField(statement)) continue;
      const field = readField(
        { context, module: part.module, subject: `field "${statement.target}": `, open: [...open, owner.node] },
        part,
        statement,
        family,
        readType,
      );
      if (field === "none") continue;
      fields.set(statement.target, field);
    }
  }
  const read = [...fields.values()];
  if (read.includes("reported")) return "reported";
  return { kind: "model", name: owner.node.name, fields: read as ModelField[] }; // just checked
}

function familyOf(context: Context, owner: ClassIn, depth = 0): Family | undefined {
  if (depth > DEPTH_LIMIT) return undefined;
  if (owner.node.decorators.some((decorator) => isDataclass(context, owner, decorator))) return "dataclass";
  for (const base of owner.node.bases) {
    const entity = context.names.resolve(owner.module, base);
    const inherited = entity?.kind === "class" ? familyOf(context, entity, depth + 1) : undefined;
    const family = inherited ?? familyNamed(entity, base);
    if (family) return family;
  }
  return undefined;
}

function familyNamed(entity: Entity | undefined, base: Expr): Family | undefined {
  const name = entity && "name" in entity ? entity.name : "";
  if (name === "TypedDict") return "typedDict";
  const written = base.kind === "name" ? base.id : base.kind === "attribute" ? base.name : "";
  return name === "BaseModel" || written === "BaseModel" ? "model" : undefined;
}

function isDataclass(context: Context, owner: ClassIn, decorator: Expr): boolean {
  const entity = context.names.resolve(owner.module, decorator.kind === "call" ? decorator.callee : decorator);
  return (entity?.kind === "external" || entity?.kind === "unbound") && entity.name === "dataclass";
}

function readField(
  place: OutputPlace,
  owner: ClassIn,
  statement: AssignStatement & { readonly annotation: Expr },
  family: Family,
  readType: ReadType,
): ModelField | "reported" | "none" {
  const name = statement.target;
  const annotation = readAnnotation(place.context, owner.module, statement.annotation);
  const { type: written, required: said } = unqualified(annotation);
  if (!written) return "none"; // ClassVar: not a field
  const plain = written.kind === "union" ? written.members.filter(({ kind }) => kind !== "none") : [written];
  const nullable =
    (written.kind === "union" && plain.length < written.members.length) ||
    (written.kind === "opaque" && written.optional);
  const [only] = plain;
  if (plain.length !== 1 || !only) {
    refuseOutput(place, written, "a field can be one type, or that or None");
    return "reported";
  }
  const type = readType(place, only.kind === "opaque" ? { ...only, optional: false } : only);
  if (!type) return "reported";
  const required = family === "typedDict" ? (said ?? isTotal(owner)) : !nullable && !isLiteral(statement.value);
  return { name, type, nullable, required };
}

function isField(statement: Statement): statement is AssignStatement & { readonly annotation: Expr } {
  return statement.kind === "assign" && statement.annotation !== undefined;
}

/** Takes off `Required[…]` and its like; without a type it is no field. */
function unqualified(type: PyType): { readonly type: PyType | undefined; readonly required?: boolean } {
  if (type.kind !== "qualified") return { type };
  if (type.qualifier === "ClassVar" || !type.of) return { type: undefined };
  const inner = unqualified(type.of);
  if (type.qualifier === "Required") return { ...inner, required: true };
  return type.qualifier === "NotRequired" ? { ...inner, required: false } : inner;
}

function isTotal({ node }: ClassIn): boolean {
  const total = node.keywords.find(({ name }) => name === "total")?.value;
  return !(total?.kind === "constant" && total.value === false);
}

/** Only a literal makes a field optional in the schema: `Field(default=1)` and constants do not. */
function isLiteral(value: Expr | undefined): boolean {
  if (value === undefined) return false;
  switch (value.kind) {
    case "constant":
    case "number":
    case "string":
      return true;
    case "unary":
      return isLiteral(value.operand);
    case "list":
    case "tuple":
    case "set":
      return value.items.every(isLiteral);
    case "dict":
      return value.entries.every(([key, item]) => isLiteral(key) && isLiteral(item));
    default:
      return false;
  }
}

/** Which annotations an input may have, and what it then takes. */
import type { InputType } from "@cog/core/schema";
import type { PyType } from "./annotations.ts";
import type { Context } from "./context.ts";
import { enumValues } from "./enums.ts";
import { describeClass } from "./models.ts";
import type { Module } from "./modules.ts";
import { type PyValue, toJson } from "./values.ts";

export interface InputTyping {
  readonly type: InputType;
  readonly nullable: boolean;
  /** Of `Literal` and `Enum`. */
  readonly choices?: readonly (string | number)[];
}

const supported =
  "Inputs can be str, int, float, bool, Path, File, Secret, dict, Any, list[…] of these, Optional[…], int | str, Literal, Enum or TypedDict.";

const opaqueHint = (name: string): string =>
  `Use Annotated[${name}, Opaque] (from typing and cog) to take it as a JSON object.`;

/** Reports and returns undefined when the type cannot be an input's. */
export function readInputType(context: Context, module: Module, name: string, type: PyType): InputTyping | undefined {
  const refuse = (at: PyType, why: string, hint = supported): undefined =>
    context.problem(
      "schema.unsupported_type",
      module,
      at.at,
      `input "${name}": type ${at.written} is not supported: ${why}`,
      hint,
    );

  switch (type.kind) {
    case "scalar":
      return { type: type.scalar, nullable: false };
    case "any":
    case "dict":
      return { type: { kind: "object" }, nullable: false };
    case "opaque":
      return {
        type: type.list ? { kind: "list", items: { kind: "object" } } : { kind: "object" },
        nullable: type.optional,
      };
    case "literal":
      return choicesOf(type.values) ?? refuse(type, "its values must be all text or all numbers");
    case "enum":
      return (
        choicesOf(enumValues(context, type.owner) ?? []) ??
        refuse(type, "its members' values must be all text or all numbers, known without running Python")
      );
    case "list":
      return readList(context, module, name, type, refuse);
    case "union":
      return readUnion(context, module, name, type, refuse);
    case "class": {
      const kind = describeClass(context, type.owner);
      if (kind === "TypedDict") return { type: { kind: "object" }, nullable: false };
      return refuse(type, `${type.written} is ${kind}`, opaqueHint(type.written));
    }
    case "none":
      return refuse(type, "None alone is no input");
    case "iterator":
      return refuse(type, "an input cannot be an iterator", "Use list[…].");
    case "qualified":
      return refuse(type, `${type.qualifier} is for fields of classes`);
    case "unresolved":
      return type.origin === undefined
        ? refuse(type, `${type.name} is not defined or imported in ${module.path}`)
        : context.problem(
            "schema.unresolved_type",
            module,
            type.at,
            `input "${name}": type ${type.written} is imported from ${type.origin}, which is not a file of this project`,
            opaqueHint(type.name),
          );
    case "unsupported":
      return refuse(type, type.why);
  }
}

type Refuse = (at: PyType, why: string, hint?: string) => undefined;

function readList(
  context: Context,
  module: Module,
  name: string,
  type: Extract<PyType, { kind: "list" }>,
  refuse: Refuse,
): InputTyping | undefined {
  if (!type.items) return refuse(type, "it does not say what its items are", "Write list[str], for example.");
  if (type.items.kind === "union") return refuse(type, "items of lists cannot be optional or a union");
  if (type.items.kind === "list") return refuse(type, "lists of lists are not supported");
  const items = readInputType(context, module, name, type.items);
  if (!items) return undefined;
  if (items.type.kind === "list") return refuse(type, "lists of lists are not supported");
  return { ...items, type: { kind: "list", items: items.type }, nullable: false };
}

function readUnion(
  context: Context,
  module: Module,
  name: string,
  type: Extract<PyType, { kind: "union" }>,
  refuse: Refuse,
): InputTyping | undefined {
  const members = type.members.filter((member) => member.kind !== "none");
  const [only] = members;
  const nullable = members.length < type.members.length;
  if (!only) return refuse(type, "it is always None");
  if (members.length === 1) {
    const typing = readInputType(context, module, name, only);
    return typing && { ...typing, nullable: nullable || typing.nullable };
  }
  const read = members.map((member) => {
    const typing = readInputType(context, module, name, member);
    const type = typing?.type.kind === "list" ? typing.type.items : typing?.type;
    if (type === undefined) return undefined; // reported
    if (typing?.choices || member.kind === "opaque" || ["path", "file", "secret"].includes(type.kind)) {
      return refuse(member, "a union can hold str, int, float, bool, dict and lists of these");
    }
    return typing?.type;
  });
  const types = read.filter((member) => member !== undefined);
  return types.length === read.length ? { type: { kind: "union", members: types }, nullable } : undefined;
}

/** `Literal["a", "b"]` is `str` with choices. */
function choicesOf(values: readonly PyValue[]): InputTyping | undefined {
  const choices = values.map(toJson).filter((value) => typeof value === "string" || typeof value === "number");
  if (choices.length === 0 || choices.length < values.length) return undefined;
  const kinds = new Set(values.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kinds.size > 1 || kind === undefined) return undefined;
  const types: Readonly<Record<string, InputType>> = {
    str: { kind: "string" },
    int: { kind: "integer" },
    float: { kind: "number" },
  };
  const type = types[kind];
  return type && { type, nullable: false, choices };
}

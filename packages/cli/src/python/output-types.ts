/** Which return types there are, and what the model then gives. */
import type { OutputType } from "@cog/core/schema";
import type { PyType } from "./annotations.ts";
import { enumValues } from "./enums.ts";
import { readModel } from "./models.ts";
import { type OutputPlace, refuseOutput } from "./output-place.ts";
import type { PyValue } from "./values.ts";

/** Reports and returns undefined when the type cannot be an output's, or stand inside one. */
export function readOutputType(place: OutputPlace, type: PyType): OutputType | undefined {
  switch (type.kind) {
    case "scalar":
      return type.scalar;
    case "any":
      return { kind: "object" };
    case "dict": {
      if (!type.value) return { kind: "object" };
      const values = readOutputType({ ...place, subject: `${place.subject}resolving dict value type: ` }, type.value);
      return values && { kind: "object", values };
    }
    case "list": {
      if (!type.items) return { kind: "list", items: { kind: "object" } };
      const items = readOutputType(place, type.items);
      return items && { kind: "list", items };
    }
    case "iterator":
      return readIterator(place, type);
    case "opaque":
      if (type.optional) return refuseOptional(place, type);
      return type.list ? { kind: "list", items: { kind: "object" } } : { kind: "object" };
    case "union":
      return type.members.some(({ kind }) => kind === "none")
        ? refuseOptional(place, type)
        : refuseOutput(place, type, "an output is of one type");
    case "literal":
      return scalarOf(type.values) ?? refuseOutput(place, type, "its values must be all text or all numbers");
    case "enum":
      return (
        scalarOf(enumValues(place.context, type.owner) ?? []) ??
        refuseOutput(place, type, "its members' values must be all text or all numbers")
      );
    case "class": {
      const model = readModel(place, type.owner, readOutputType);
      if (model === "reported") return undefined;
      return (
        model ??
        refuseOutput(
          place,
          type,
          "the class is not a BaseModel, a dataclass or a TypedDict",
          `Derive ${type.written} from cog.BaseModel.`,
        )
      );
    }
    case "none":
      return refuseOutput(place, type, "None stands alone, not inside another type");
    case "qualified":
      return refuseOutput(place, type, `${type.qualifier} is for fields of classes`);
    case "unresolved":
      return refuseUnresolved(place, type);
    case "unsupported":
      return refuseOutput(place, type, type.why, alternatives(type.written));
  }
}

function readIterator(place: OutputPlace, type: Extract<PyType, { kind: "iterator" }>): OutputType | undefined {
  if (!type.items)
    return refuseOutput(place, type, "it does not say what it gives", `Write ${type.written}[str], for example.`);
  if (type.concatenate && type.items.kind === "union") {
    return refuseOutput(place, type, "it must give str", `Write ${type.written.split("[")[0]}[str].`);
  }
  if (type.concatenate && !(type.items.kind === "scalar" && type.items.scalar.kind === "string")) {
    const message = `${place.subject}${type.written} must give str, for its pieces are joined to one text`;
    const hint = `Use Iterator[${type.items.written}] for a stream of other values.`;
    return place.context.problem("schema.concatenate_not_text", place.module, type.at, message, hint);
  }
  const items = readOutputType(place, type.items);
  return items && { kind: "iterator", items, concatenate: type.concatenate };
}

function refuseOptional(place: OutputPlace, type: PyType): undefined {
  const message = `${place.subject}output type ${type.written} is optional: an output is always there`;
  const hint = "Return a BaseModel with an optional field, or raise an exception when there is no result.";
  return place.context.problem("schema.optional_output", place.module, type.at, message, hint);
}

function refuseUnresolved(place: OutputPlace, type: Extract<PyType, { kind: "unresolved" }>): undefined {
  const from =
    type.origin === undefined
      ? `is not defined or imported in ${place.module.path}`
      : `is imported from ${type.origin}, which is not a file of this project`;
  const hint =
    alternatives(type.name) ?? `Use Annotated[${type.name}, Opaque] (from typing and cog) to give it as a JSON object.`;
  const message = `${place.subject}type ${type.written} ${from}`;
  return place.context.problem("schema.unresolved_type", place.module, type.at, message, hint);
}

/** What to write in place of types that look as if they should work. */
function alternatives(written: string): string | undefined {
  const name = /(\w+)(\[|$)/.exec(written)?.[1] ?? "";
  if (["Generator", "Iterable", "AsyncGenerator", "AsyncIterable"].includes(name)) {
    return `Use ${name.startsWith("Async") ? "AsyncIterator" : "Iterator"}[…].`;
  }
  return ["tuple", "Tuple", "set", "Set", "Sequence", "frozenset"].includes(name) ? "Use list[…]." : undefined;
}

function scalarOf(values: readonly PyValue[]): OutputType | undefined {
  const kinds = new Set(values.map(({ kind }) => kind));
  const [kind] = kinds;
  if (kinds.size !== 1) return undefined;
  if (kind === "str") return { kind: "string" };
  if (kind === "int") return { kind: "integer" };
  if (kind === "float") return { kind: "number" };
  return kind === "bool" ? { kind: "boolean" } : undefined;
}

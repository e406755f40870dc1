/** An input's property in the document, and the enum component that goes with `choices`. */
import type { JsonObject } from "@cog/core/json";
import type { InputField, InputType } from "../interface.ts";
import { schemaOfType } from "../kinds/index.ts";
import { titleOf } from "../title.ts";
import { reference } from "./frame.ts";

/** @param enumComponent the name of the component with the choices, when the input has some */
export function inputProperty(field: InputField, position: number, enumComponent: string | undefined): JsonObject {
  return {
    ...typePart(field, enumComponent),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...present("description", field.description),
    ...present("minimum", field.ge),
    ...present("maximum", field.le),
    ...present("minLength", field.minLength),
    ...present("maxLength", field.maxLength),
    ...present("pattern", field.pattern),
    ...present("deprecated", field.deprecated),
    ...present("x-cog-accept", field.accept),
    ...(field.nullable ? { nullable: true } : {}),
    "x-order": position,
  };
}

function typePart(field: InputField, enumComponent: string | undefined): JsonObject {
  if (enumComponent !== undefined) {
    // Cog puts `allOf` here for lists too, which then refuses every list. The choices are those of the items.
    return field.type.kind === "list"
      ? { title: titleOf(field.name), type: "array", items: reference(enumComponent) }
      : { allOf: [reference(enumComponent)] };
  }
  const schema = schemaOfType(field.type);
  if (field.type.kind !== "union" || !field.nullable) return { title: titleOf(field.name), ...schema };
  // Cog writes `nullable` on each variant of a nullable union besides the property.
  const anyOf = field.type.members.map((member) => ({ ...schemaOfType(member), nullable: true }));
  return { title: titleOf(field.name), anyOf };
}

export function hasChoices(field: InputField): boolean {
  return field.choices !== undefined && field.choices.length > 0;
}

export function enumSchema(field: InputField): JsonObject {
  const element: InputType = field.type.kind === "list" ? field.type.items : field.type;
  return {
    description: "An enumeration.",
    enum: field.choices ?? [],
    title: field.name,
    ...present("type", schemaOfType(element)["type"]),
  };
}

function present(key: string, value: JsonObject[string] | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value };
}

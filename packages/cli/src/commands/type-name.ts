import type { InputType, OutputType } from "@cog/core/schema";

/** A type in one word for programs: `integer`, `list[path]`, `string | integer`. */
export function typeName(type: InputType | OutputType): string {
  switch (type.kind) {
    case "list":
      return `list[${typeName(type.items)}]`;
    case "iterator":
      return `iterator[${typeName(type.items)}]`;
    case "union":
      return type.members.map(typeName).join(" | ");
    case "model":
      return type.name;
    default:
      return type.kind;
  }
}

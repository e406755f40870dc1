import type { InputType, OutputType } from "../interface.ts";
import type { Kind } from "./kind.ts";
import { plural } from "./plural.ts";

export const listKind: Kind<"list"> = {
  kind: "list",
  schema: (type, nested) => ({ type: "array", items: nested(type.items) }),
  // Which of the two lists it is follows from where the schema stands; both have the same form.
  read: (schema, nested) =>
    schema["type"] === "array" ? { kind: "list", items: nested(schema["items"]) as InputType & OutputType } : undefined,
  describe: (type, nested) => `list of ${plural(nested(type.items))}`,
};

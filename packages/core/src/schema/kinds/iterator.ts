import type { OutputType } from "../interface.ts";
import type { Kind } from "./kind.ts";
import { plural } from "./plural.ts";

/** An output that comes piece by piece: an array in the end, marked so that clients can show the pieces as they come. */
export const iteratorKind: Kind<"iterator"> = {
  kind: "iterator",
  schema: (type, nested) => ({
    type: "array",
    items: nested(type.items),
    "x-cog-array-type": "iterator",
    ...(type.concatenate ? { "x-cog-array-display": "concatenate" } : {}),
  }),
  read: (schema, nested) =>
    schema["x-cog-array-type"] === "iterator"
      ? {
          kind: "iterator",
          items: nested(schema["items"]) as OutputType,
          concatenate: schema["x-cog-array-display"] === "concatenate",
        }
      : undefined,
  describe: (type, nested) => (type.concatenate ? "text, as it is made" : `stream of ${plural(nested(type.items))}`),
};

import type { OutputType } from "../interface.ts";
import type { Kind } from "./kind.ts";

/** A dict, a TypedDict input, Any or Opaque. Only outputs say what their values are. */
export const objectKind: Kind<"object"> = {
  kind: "object",
  schema: (type, nested) => ({
    type: "object",
    ...("values" in type && type.values ? { additionalProperties: nested(type.values) } : {}),
  }),
  read(schema, nested) {
    if (schema["type"] !== "object") return undefined;
    const values = schema["additionalProperties"];
    if (values === undefined || typeof values === "boolean") return { kind: "object" };
    // Only outputs have `additionalProperties`, so what is inside is an output type too.
    return { kind: "object", values: nested(values) as OutputType };
  },
  describe: () => "JSON object",
};

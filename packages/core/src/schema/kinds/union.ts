import type { InputType } from "../interface.ts";
import type { Kind } from "./kind.ts";

/** `int | str`: only inputs have it. */
export const unionKind: Kind<"union"> = {
  kind: "union",
  schema: (type, nested) => ({ anyOf: type.members.map(nested) }),
  read: (schema, nested) =>
    Array.isArray(schema["anyOf"])
      ? { kind: "union", members: schema["anyOf"].map((member) => nested(member) as InputType) }
      : undefined,
  describe: (type, nested) => type.members.map(nested).join(" or "),
};

import type { Kind } from "./kind.ts";

/** `-> None`: OpenAPI 3.0 has no null type, so all the document says is `nullable`. */
export const nullKind: Kind<"null"> = {
  kind: "null",
  schema: () => ({ nullable: true }),
  read: (schema) =>
    schema["nullable"] === true && !["type", "allOf", "anyOf", "$ref"].some((key) => key in schema)
      ? { kind: "null" }
      : undefined,
  describe: () => "nothing",
};

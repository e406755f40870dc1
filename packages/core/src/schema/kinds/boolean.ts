import { scalarKind } from "./kind.ts";

export const booleanKind = scalarKind<"boolean">({
  type: { kind: "boolean" },
  schema: { type: "boolean" },
  identifiedBy: { type: "boolean" },
  words: "true or false",
});

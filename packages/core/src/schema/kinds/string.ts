import { scalarKind } from "./kind.ts";

export const stringKind = scalarKind<"string">({
  type: { kind: "string" },
  schema: { type: "string" },
  identifiedBy: { type: "string" },
  words: "text",
});

import { scalarKind } from "./kind.ts";

export const numberKind = scalarKind<"number">({
  type: { kind: "number" },
  schema: { type: "number" },
  identifiedBy: { type: "number" },
  words: "number",
});

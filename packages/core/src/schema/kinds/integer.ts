import { scalarKind } from "./kind.ts";

export const integerKind = scalarKind<"integer">({
  type: { kind: "integer" },
  schema: { type: "integer" },
  identifiedBy: { type: "integer" },
  words: "whole number",
});

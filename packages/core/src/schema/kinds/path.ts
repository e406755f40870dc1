import { scalarKind } from "./kind.ts";

export const pathKind = scalarKind<"path">({
  type: { kind: "path" },
  schema: { type: "string", format: "uri" },
  identifiedBy: { type: "string", format: "uri" },
  words: "file",
});

import { scalarKind } from "./kind.ts";

export const secretKind = scalarKind<"secret">({
  type: { kind: "secret" },
  schema: { type: "string", format: "password", writeOnly: true, "x-cog-secret": true },
  identifiedBy: { type: "string", format: "password" },
  words: "secret text",
});

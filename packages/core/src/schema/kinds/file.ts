import type { Kind } from "./kind.ts";

/** The document does not tell `File` from `Path`, so this is never read back: `path` is. */
export const fileKind: Kind<"file"> = {
  kind: "file",
  schema: () => ({ type: "string", format: "uri" }),
  read: () => undefined,
  describe: () => "file",
};

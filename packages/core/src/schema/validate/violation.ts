/** What can be wrong with an input. The server and the CLI put these into words of their own. */
import type { Json } from "@cog/core/json";

export type Violation =
  | { readonly rule: "missing"; readonly input: string }
  | (Found & { readonly rule: "type"; readonly expected: string })
  | (Found & { readonly rule: "minimum" | "maximum" | "minLength" | "maxLength"; readonly limit: number })
  | (Found & { readonly rule: "pattern"; readonly pattern: string })
  | (Found & { readonly rule: "choices"; readonly choices: readonly Json[] })
  | (Found & { readonly rule: "union" })
  /** A file input that is not a URL, where local paths are not allowed. */
  | (Found & { readonly rule: "url" });

interface Found {
  readonly input: string;
  /** Where in the input's value: `[1]` is the second item of a list. */
  readonly path: readonly (string | number)[];
  /** The offending value; undefined when it must not be shown, for it belongs to a secret. */
  readonly value: Json | undefined;
}

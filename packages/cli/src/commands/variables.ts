import { UserError } from "@cog/core/errors";
import type { Environment } from "#settings";

/** `-e NAME=VALUE` and `-e NAME`, which takes the value that the variable has here. */
export function parseVariables(flags: readonly string[], host: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    flags.map((flag): [string, string] => {
      const equals = flag.indexOf("=");
      const name = equals < 0 ? flag : flag.slice(0, equals);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
        throw new UserError(
          "environment.invalid",
          `invalid environment variable "${flag}": expected NAME=VALUE or NAME`,
        );
      return [name, equals < 0 ? (host[name] ?? "") : flag.slice(equals + 1)];
    }),
  );
}

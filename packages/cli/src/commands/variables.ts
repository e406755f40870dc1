import { type Place, UserError } from "@cog/core/errors";
import type { Environment } from "#settings";

/** `-e NAME=VALUE` and `-e NAME`, which takes the value that the variable has here, if it has one. */
export function parseVariables(flags: readonly string[], host: Environment): Readonly<Record<string, string>> {
  return Object.assign({}, ...flags.map((flag) => parseVariable(flag, host)));
}

/** @param place in a file; its line may hold a secret, so it is not shown */
export function parseVariable(text: string, host: Environment, place?: Place): Readonly<Record<string, string>> {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new UserError("environment.invalid", `invalid environment variable "${name}": expected NAME=VALUE or NAME`, {
      place,
    });
  }
  const value = equals < 0 ? host[name] : text.slice(equals + 1);
  return value === undefined ? {} : { [name]: value };
}

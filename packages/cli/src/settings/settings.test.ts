import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";
import { variables } from "./variables.ts";

test("every variable that is read is in the table that help shows", () => {
  const read = new Set<string>();
  const record = { get: (_: object, name: string) => void read.add(name) };
  readSettings(new Proxy({}, record));
  const known = variables.map(({ name }) => name);
  // How the console script of the wheel tells its interpreter; nobody sets it by hand.
  expect([...read].filter((name) => !known.includes(name) && name !== "COG_PYTHON_CLI")).toEqual([]);
});

/** Every case in conformance/schema: source files, and the interface or the problems they must give. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@cog/core/json";
import { documentText, openApiOf } from "@cog/core/schema";
import { expect, test } from "vitest";
import { readInterface } from "./index.ts";

const root = fileURLToPath(new URL("../../../../conformance/schema/", import.meta.url));

/** `case.json`; without it: `{"predict": "model.py:Runner"}`. See conformance/schema/README.md. */
interface Case {
  readonly predict?: string;
  readonly train?: string;
  /** `code file:line:column` each; with these there is no interface.json. */
  readonly problems?: readonly string[];
  /** Codes. */
  readonly warnings?: readonly string[];
}

const names = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(names.map(({ name }) => name))("%s", async (name) => {
  const at = (file: string): string => join(root, name, file);
  const read = (file: string): string | undefined =>
    existsSync(at(file)) ? readFileSync(at(file), "utf8") : undefined;
  const expected = JSON.parse(read("case.json") ?? '{"predict":"model.py:Runner"}') as Case;
  const { predict, train } = expected;
  const result = await readInterface({ predict, train, readFile: read });

  expect([...new Set(result.warnings.map(({ code }) => code))]).toEqual(expected.warnings ?? []);
  if (expected.problems) {
    expect(
      result.ok ? [] : result.problems.map(({ code, place: p }) => `${code} ${p.file}:${p.line}:${p.column}`),
    ).toEqual(expected.problems);
    return;
  }
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  expect(result.interface).toEqual(JSON.parse(read("interface.json") ?? "null"));
  const document = read("openapi.json");
  if (document) expect(documentText(openApiOf(result.interface, { version: "1.2.3" }) as JsonObject)).toBe(document);
});

/** conformance/kinds: what each kind of input takes, and how the rest is refused. */
import { readdirSync, readFileSync } from "node:fs";
import type { Json } from "@cog/core/json";
import { describe, expect, test } from "vitest";
import {
  checkInputFor,
  compileInputValidator,
  type InputField,
  interfaceOf,
  openApiOf,
  propertiesOf,
} from "./index.ts";
import { isPlainlyValid } from "./validate/plainly-valid.ts";

interface Table {
  readonly input: Partial<InputField> & Pick<InputField, "type"> & { readonly localPaths?: boolean };
  readonly rows: readonly ({ readonly value: Json } & (
    | { readonly accept: true }
    | { readonly accept: false; readonly message: string }
  ))[];
}

const folder = new URL("../../../../conformance/kinds/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

describe.each(files)("%s", (file) => {
  const tables = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as readonly Table[];
  test.each(tables.map((table) => [JSON.stringify(table.input), table] as const))("%s", async (_, { input, rows }) => {
    const { localPaths = true, ...rest } = input;
    const field: InputField = { name: "v", nullable: false, required: false, ...rest };
    const endpoint = {
      inputs: [field],
      output: { kind: "string" },
      streaming: false,
      async: false,
      concurrency: null,
    } as const;
    const document = openApiOf({ predict: endpoint }, { version: "1.0.0" });
    const validate = await compileInputValidator(document, "Input", { localPaths });
    for (const row of rows) {
      const result = validate({ v: row.value });
      expect({ value: row.value, messages: result.ok ? [] : result.problems.map(({ msg }) => msg) }).toEqual({
        value: row.value,
        messages: row.accept ? [] : [row.message],
      });
      // The command line agrees, except that it reads local paths itself; its quick yes is never a wrong one.
      const accept = row.accept || !localPaths;
      const checked = await checkInputFor(document, "Input", { v: row.value });
      expect({ value: row.value, ok: checked.ok }).toEqual({ value: row.value, ok: accept });
      const plainly = isPlainlyValid(row.value, propertiesOf(document, "Input")?.["v"] ?? {});
      expect({ value: row.value, wrongly: plainly && !accept }).toEqual({ value: row.value, wrongly: false });
    }
    // The document keeps the field, except that it does not tell File from Path.
    const back = interfaceOf(document).predict?.inputs[0];
    expect(back).toEqual(JSON.parse(JSON.stringify(field).replaceAll('"file"', '"path"')));
  });
});

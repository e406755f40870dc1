/** The shape of `output` where the model declares a list or an iterator. */
import type { OutputType } from "@cog/core/schema";
import { expect, test } from "vitest";
import { OBEDIENT, schemaOf, serving } from "#testing";

const TEXT = { kind: "string" } as const;
const DECLARED: readonly OutputType[] = [
  { kind: "list", items: TEXT },
  { kind: "iterator", items: TEXT, concatenate: false },
  { kind: "iterator", items: TEXT, concatenate: true },
];
const RETURNED = [
  { run: "output = 'x'", output: ["x"] },
  { run: "output = ['x']", output: ["x"] },
  { run: "output = []", output: [] },
  { run: "output = (c for c in 'xy')", output: ["x", "y"] },
  { run: "output = (c for c in '')", output: [] },
  { run: "output = None", output: null },
];

test.each(DECLARED)("declared as $kind, concatenate $concatenate: an array, whatever is returned", async (output) => {
  const schema = schemaOf({ inputs: [{ name: "do", type: TEXT, default: "" }], output });
  await serving({ model: OBEDIENT, schema }, async ({ client }) => {
    for (const { run, output: expected } of RETURNED) {
      expect((await client.predict({ input: { do: run } })).output, run).toEqual(expected);
    }
  });
});

const ASYNC = `
from cog import AsyncConcatenateIterator
class Model:
    async def run(self, n: int = 3) -> AsyncConcatenateIterator[str]:
        for index in range(n):
            yield str(index)
`;

test("an async generator, of many items, of one and of none", async () => {
  const output = { kind: "iterator", items: TEXT, concatenate: true } as const;
  const schema = schemaOf({ inputs: [{ name: "n", type: { kind: "integer" }, default: 3 }], output });
  await serving({ model: ASYNC, schema }, async ({ client }) => {
    for (const n of [3, 1, 0]) {
      const expected = Array.from({ length: n }, (_, index) => String(index));
      expect((await client.predict({ input: { n } })).output).toEqual(expected);
    }
  });
});

test("a partial line is shown at its newline or flush, not before", async () => {
  const schema = schemaOf({ streaming: true, inputs: [{ name: "do", type: TEXT, default: "" }] });
  await serving({ model: OBEDIENT, schema }, async ({ client }) => {
    const code = `
sys.stdout.write("a"); time.sleep(0.1)
sys.stdout.write("b"); sys.stdout.flush(); time.sleep(0.1)
sys.stdout.write("c"); time.sleep(0.1)
sys.stdout.write("d\\ne"); time.sleep(0.1)
sys.stdout.write("f")`;
    const shown: unknown[] = [];
    for await (const { event, data } of client.stream({ input: { do: code } }))
      if (event === "log") shown.push(data.data);
    expect(shown).toEqual(["ab", "cd\n", "ef"]);
  });
});

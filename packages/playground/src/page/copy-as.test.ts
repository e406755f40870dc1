import { expect, test } from "vitest";
import { recipesFor } from "./copy-as.ts";

test("a request can be typed elsewhere, whatever is in it", () => {
  const body = '{"input": {"q": "it\'s \\"x\\"", "n": 12345678901234567890}}';
  const headers = { "Content-Type": "application/json" };
  const recipes = recipesFor({ method: "PUT", path: "/predictions/a", headers, body }, "http://h:1");
  expect(Object.fromEntries(recipes.map(({ name, text }) => [name, text]))).toEqual({
    curl: `curl -X PUT 'http://h:1/predictions/a' \\
  -H 'Content-Type: application/json' \\
  -d '{"input":{"q":"it'\\''s \\"x\\"","n":12345678901234567890}}'`,
    "cog run": `cog run --json '{"q":"it'\\''s \\"x\\"","n":12345678901234567890}'`,
    Python: expect.stringContaining(
      'data="{\\"input\\":{\\"q\\":\\"it\'s \\\\\\"x\\\\\\"\\",\\"n\\":12345678901234567890}}".encode()',
    ),
  });
});

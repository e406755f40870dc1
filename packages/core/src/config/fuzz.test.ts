import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { CONFIG, parseConfig, type Shape } from "./index.ts";

const parse = (text: string) => parseConfig(text, { file: "cog.yaml" });

/** A config or problems with places, never an exception. */
function isAnswered(text: string): void {
  const { config, problems, warnings } = parse(text);
  expect(config === undefined).toBe(problems.length > 0);
  const lines = text.split(/\r?\n/).length;
  for (const { place } of [...problems, ...warnings]) expect(place.line ?? 1).toBeLessThanOrEqual(lines);
}

test("any text is answered", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), isAnswered));
  const pieces = fc.constantFrom(
    "build",
    "run",
    ":",
    " ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "<<",
    "~",
    "'",
    '"',
    "|",
    "!!x",
    "#",
    "gpu",
    "\t",
    "---",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (words) => isAnswered(words.join(""))),
    { numRuns: 300 },
  );
});

/** Right keys with values of any kind. */
function valueFor(shape: Shape): fc.Arbitrary<unknown> {
  const strange = fc.constantFrom<unknown>(null, [], {}, "", 3.1, -1, true, [null], [[]], { a: 1 });
  const fitting = ((): fc.Arbitrary<unknown> => {
    switch (shape.kind) {
      case "text":
        return fc.constantFrom(...(shape.choices ?? []), "run.py:A", "3.12", "12.4", "/w", "A=1", "h.x/ab", "x");
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer({ min: -1, max: 5 });
      case "list":
        return fc.array(valueFor(shape.items), { maxLength: 3 });
      case "mapping":
        return fc.record(
          Object.fromEntries(Object.entries(shape.keys).map(([name, key]) => [name, valueFor(key.shape)])),
          { requiredKeys: [] },
        );
      case "either":
        return fc.oneof(valueFor(shape.mapping), valueFor(shape.short));
      case "ignored":
        return strange;
    }
  })();
  return fc.oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary: strange });
}

test("any mixture of keys and values is answered", () => {
  fc.assert(
    fc.property(valueFor(CONFIG), (value) => isAnswered(stringify(value))),
    { numRuns: 150 },
  );
});

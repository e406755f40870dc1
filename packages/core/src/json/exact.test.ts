import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText, parseJson, rounded } from "./exact.ts";

test.each([
  "9007199254740993",
  "-123456789012345678901234567890",
  "[1,18446744073709551615]",
  '{"a":{"b":9007199254740993}}',
])("%s comes out as it went in", (text) => expect(jsonText(parseJson(text))).toBe(text));

test("ordinary numbers stay numbers, and digits in texts are text", () => {
  expect(parseJson('[1, 1.5, 9007199254740991, 1e20, 1e400, "9007199254740993"]')).toEqual([
    1,
    1.5,
    9007199254740991,
    1e20,
    Number.POSITIVE_INFINITY,
    "9007199254740993",
  ]);
  expect(rounded({ a: [9007199254740993n] })).toEqual({ a: [9007199254740992] });
});

test("without long numbers it is the platform's own JSON, mistakes too", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(jsonText(parseJson(text))).toBe(text);
    }),
  );
  expect(() => parseJson("{")).toThrow(SyntaxError);
  expect(jsonText({ a: 9007199254740993n, b: [] }, 2)).toBe('{\n  "a": 9007199254740993,\n  "b": []\n}');
});

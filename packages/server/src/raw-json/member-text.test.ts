import fc from "fast-check";
import { expect, test } from "vitest";
import { memberText } from "./member-text.ts";

test.each([
  ['{"input":{"a":1}}', '{"a":1}'],
  ['{"id":"input", "input" : {"a":[1,{"input":2}]} , "x":null}', '{"a":[1,{"input":2}]}'],
  ['{"input":1,"in\\u0070ut":2}', "2"],
  ['{"a":"\\\\","b":"\\"input\\":","input":"\\\\\\""}', '"\\\\\\""'],
  ["{}", undefined],
  ['{"a":{"input":1}}', undefined],
])("of %s", (text, expected) => {
  expect(memberText(text, "input")).toBe(expected);
});

test("what it cuts out is the member's value", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.jsonValue(),
      fc.constantFrom(0, 2),
      (rest, input, indent) => {
        const object = { ...rest, input };
        const found = memberText(JSON.stringify(object, undefined, indent), "input");
        expect(JSON.parse(found ?? "")).toEqual(JSON.parse(JSON.stringify(input)));
      },
    ),
  );
});

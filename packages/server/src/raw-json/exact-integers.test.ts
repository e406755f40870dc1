import { expect, test } from "vitest";
import { exactInput } from "./exact-integers.ts";

const ROWS = [
  { name: "small numbers", body: '{"input":{"a":1}}', expected: '{"a":1}' },
  { name: "64 bits", body: '{"input":{"a":18446744073709551615}}', expected: '{"a":18446744073709551615}' },
  {
    name: "negative, nested",
    body: '{"input":{"a":[-9223372036854775808]}}',
    expected: '{"a":[-9223372036854775808]}',
  },
  {
    name: "digits in a string",
    body: '{"input":{"a":"\\"12345678901234567890"}}',
    expected: '{"a":"\\"12345678901234567890"}',
  },
  { name: "a fraction", body: '{"input":{"a":0.1234567890123456}}', expected: '{"a":0.1234567890123456}' },
];

test.each(ROWS)("$name", ({ body, expected }) => {
  expect(exactInput(JSON.parse(body).input, { value: JSON.parse(body), text: body })).toBe(expected);
});

test("what validation dropped stays dropped, what it added stays", () => {
  const body = '{"input":{"a":12345678901234567890,"b":12345678901234567890}}';
  expect(exactInput({ a: 1, c: null }, { value: JSON.parse(body), text: body })).toBe(
    '{"a":12345678901234567890,"c":null}',
  );
});

const long = "x".repeat(100_000);

test("takes a long input as it was sent", () => {
  const text = `{"id":"a","input": {"seed": 12345678901234567890, "file":"${long}"}}`;
  const value = JSON.parse(text);
  expect(exactInput(value.input, { value, text })).toBe(`{"seed": 12345678901234567890, "file":"${long}"}`);
});

test.each([
  ["that validation changed", `{"input":{"a":"${long}","gone":1}}`, { a: long }],
  ["that is spread over lines", `{"input":{\n"a":"${long}"}}`, undefined],
])("writes out a long input %s", (_, text, changed) => {
  const value = JSON.parse(text);
  expect(exactInput(changed ?? value.input, { value, text })).toBe(`{"a":"${long}"}`);
});

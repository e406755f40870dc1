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
  expect(exactInput(JSON.parse(body).input, body)).toBe(expected);
});

test("what validation dropped stays dropped, what it added stays", () => {
  const body = '{"input":{"a":12345678901234567890,"b":12345678901234567890}}';
  expect(exactInput({ a: 1, c: null }, body)).toBe('{"a":12345678901234567890,"c":null}');
});

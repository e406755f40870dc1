import { UserError } from "@cog/core/errors";
import { expect, test } from "vitest";
import { palette } from "./color.ts";
import { renderError } from "./error.ts";

const plain = { palette: await palette(false), debug: false };

test("an error is its place, the message, the line with a caret, and what to do", () => {
  const error = new UserError("config.invalid", "build.gpu must be a boolean", {
    place: { file: "cog.yaml", line: 12, column: 8, source: "  gpu: maybe" },
    hint: "Write true or false.",
  });
  expect(renderError(error, plain)).toBe(
    [
      "cog.yaml:12:8: build.gpu must be a boolean",
      "  12 |   gpu: maybe",
      "              ^",
      "Write true or false.",
      "",
    ].join("\n"),
  );
});

test("on a terminal a message wraps, but not the commands and the log below it", () => {
  const place = { file: "cog.yaml", line: 12 };
  const error = new UserError("input.invalid", "one two three four\na log that is longer than the terminal", {
    place,
    hint: "Run 'cog run --inputs' to see what it takes.",
  });
  expect(renderError(error, { ...plain, columns: 24 })).toBe(
    [
      "cog.yaml:12: one two",
      "three four",
      "a log that is longer than the terminal",
      "Run 'cog run --inputs' to see what it takes.",
      "",
    ].join("\n"),
  );
});

test("several problems are shown each with its place", () => {
  const several = [
    { message: "first", place: { file: "a.yaml", line: 1 } },
    { message: "second", place: { file: "a.yaml", line: 2 }, hint: "do this" },
  ];
  expect(renderError(new UserError("usage", "first\nsecond", { several }), plain)).toBe(
    "a.yaml:1: first\na.yaml:2: second\n  do this\n",
  );
});

test("the caret stands below the place in a line with tabs", () => {
  const place = { file: "f", line: 1, column: 3, source: "\t\tx" };
  expect(renderError(new UserError("usage", "m", { place }), plain)).toContain("\n      \t\t^");
});

test("of a long line only what is around the place is shown, without control characters", () => {
  const place = { file: "f", line: 1, column: 1001, source: `${"a".repeat(1000)}X\u001b[2J${"b".repeat(1000)}` };
  const [, line = "", caret = ""] = renderError(new UserError("usage", "m", { place }), plain).split("\n");
  expect(line).toMatch(/^ {2}1 \| a{80}X\uFFFD\[2Jb{75}$/);
  expect(caret.indexOf("^")).toBe(line.indexOf("X"));
});

test("mistakes of ours have no trace either, unless asked for", () => {
  const error = new Error("oops");
  expect(renderError(error, plain)).not.toContain("    at ");
  expect(renderError(error, { ...plain, debug: true })).toContain("    at ");
});

test("colours mark the error where they are wanted", async () => {
  const view = { palette: await palette(true), debug: false };
  expect(renderError(new UserError("usage", "m"), view)).toContain(" ✗ ");
});

import { expect, test } from "vitest";
import { defaultImageName } from "./image-name.ts";

test.each([
  ["hello", "cog-hello"],
  ["My Model (v2)!", "cog-my-model-v2"],
  ["cog-hello", "cog-hello"],
  ["a".repeat(60), `cog-${"a".repeat(26)}`],
  [`cog-${"a".repeat(60)}`, `cog-${"a".repeat(22)}`],
  [`${"a".repeat(25)} b`, `cog-${"a".repeat(25)}`],
  ["模型", "cog-model"],
])("a project directory named %j gives %j", (directory, image) => {
  expect(defaultImageName(directory)).toBe(image);
});

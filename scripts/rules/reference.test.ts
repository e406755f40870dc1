import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { referenceFiles } from "../reference/pages.ts";
import { root } from "../repository.ts";

test("the reference says what the commands and the table of keys say: npm run reference", async () => {
  const stale = [...(await referenceFiles())].filter(([path, text]) => readFileSync(path, "utf8") !== text);
  expect(stale.map(([path]) => relative(root, path))).toEqual([]);
});

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { at, root } from "../repository.ts";
import { breaches } from "./imports.ts";

test("every import in packages/ follows the table", () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(10);
  expect(breaches(files).map(({ file, problem }) => `${file}: ${problem}`)).toEqual([]);
});

const BROKEN: readonly (readonly [what: string, files: Record<string, string>, problem: RegExp])[] = [
  [
    "a package that imports its neighbour",
    { "packages/cli/src/launch/a.ts": `import { serve } from "@cog/server/http";` },
    /cli\/launch may not import server\/http/,
  ],
  [
    "a room that imports upwards",
    { "packages/cli/src/engines/a.ts": `import {\n  run,\n} from "#commands";` },
    /cli\/engines may not import cli\/commands/,
  ],
  [
    "a lazy import",
    { "packages/cli/src/plan/a.ts": `const { run } = await import("#launch");` },
    /cli\/plan may not import cli\/launch/,
  ],
  [
    "a value where only types are allowed",
    { "packages/core/src/wire/a.ts": `import { parse } from "#schema";` },
    /core\/wire may not import core\/schema/,
  ],
  [
    "a path past index.ts",
    { "packages/cli/src/build/a.ts": `import { x } from "../plan/stages/base.ts";` },
    /reaches past the index.ts/,
  ],
  [
    "a deep package path",
    { "packages/cli/src/build/a.ts": `export { x } from "@cog/core/schema/kinds";` },
    /reaches past the index.ts/,
  ],
  ["Node in a room that decides", { "packages/cli/src/plan/a.ts": `import "node:fs";` }, /only decides/],
  [
    "the environment outside settings",
    { "packages/server/src/http/a.ts": `const p = process.env["PORT"];` },
    /process\.env/,
  ],
  ["a folder nobody placed", { "packages/cli/src/utils/a.ts": "" }, /no row in the table/],
  [
    "a circle of rooms",
    {
      "packages/cli/src/build/a.ts": `import { b } from "#launch";`,
      "packages/cli/src/launch/b.ts": `import { a } from "#build";`,
    },
    /circle: cli\/build → cli\/launch → cli\/build/,
  ],
];

test.each(BROKEN)("refuses %s", (_, files, problem) => {
  const problems = breaches(new Map(Object.entries(files))).map((breach) => breach.problem);
  expect(problems).toContainEqual(expect.stringMatching(problem));
});

test("allows what the table allows", () => {
  const files = {
    "packages/core/src/wire/a.ts": `import type { Json } from "@cog/core/json";`,
    "packages/cli/src/commands/a.ts": `import { build } from "#build";\nconst x = await import("#doctor");`,
    "packages/server/src/predictions/a.ts": `import type { Worker } from "#workers";\nimport { b } from "./b.ts";`,
    "packages/server/src/settings/a.ts": `export const port = process.env["PORT"];`,
    "packages/cli/src/plan/a.ts": `/**\n import { x } from "#launch";\n */\n// process.env is not read here`,
  };
  expect(breaches(new Map(Object.entries(files)))).toEqual([]);
});

/** All sources but tests, which may reach where they like. */
function sources(): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(at("packages"), { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/");
    const isSource = /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$|\/testing\//.test(path);
    if (entry.isFile() && isSource) files.set(path, readFileSync(join(root, path), "utf8"));
  }
  return files;
}

/** What `npm run build` left in dist/ (npm test builds first). */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { editorSchema } from "@cog/core/config";
import { expect, onTestFinished, test } from "vitest";
import { findPython } from "../python/environment.ts";
import { at, dist } from "../repository.ts";
import { npmVersion, pythonVersion } from "./version.ts";

const wheel = join(dist, `cog-${pythonVersion(npmVersion())}-py3-none-any.whl`);

test("the wheel carries the SDK, the server, the page and the whole CLI", () => {
  const listing = execFileSync(findPython(), ["-m", "zipfile", "-l", wheel], { encoding: "utf8" });
  const chunks = readdirSync(join(dist, "cli")).filter((name) => /^main\.cjs$|\.wasm$/.test(name));
  expect(chunks.length).toBe(3);
  const carried = [
    "cog/__init__.py",
    "cog/py.typed",
    "cog/server/server.mjs",
    "cog/server/docs.html",
    "cog/_cli/playground.html",
    "cog/_cli/playground.js",
    "cog/_cli/playground.css",
    "cog/_cli/playground-checker.js",
    "cog/cog.schema.json",
  ];
  for (const file of [...carried, ...chunks.map((name) => `cog/_cli/${name}`)]) expect(listing).toContain(`${file} `);
});

test("the editor's schema in dist/ is that of the table of keys", () => {
  expect(JSON.parse(readFileSync(join(dist, "cog.schema.json"), "utf8"))).toEqual(editorSchema());
});

test("two builds of the same sources give the same wheel, byte for byte", () => {
  const base = mkdtempSync(join(tmpdir(), "cog-build-"));
  try {
    const [first, second] = ["a", "b"].map((name) => {
      const env = { ...process.env, COG_DIST: join(base, name) };
      execFileSync(process.execPath, ["--import", "tsx", at("scripts/build.ts")], { env, stdio: "ignore" });
      return readFileSync(join(base, name, basename(wheel)));
    });
    expect(first).toBeDefined();
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

test("the page asks nobody else for anything", () => {
  const page = readFileSync(join(dist, "docs.html"), "utf8");
  const requests = page.match(
    /<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[^>]*>|@import[^;]*|url\(["']?http[^)]*/gi,
  );
  expect(requests).toBeNull();
});

test("what was compiled is used again, made anew when it is damaged, and never needed", () => {
  const cache = mkdtempSync(join(tmpdir(), "cog-compiled-"));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  const help = (cacheDirectory: string) =>
    execFileSync(process.execPath, [join(dist, "cli/main.cjs"), "help"], {
      env: { ...process.env, COG_CACHE_DIR: cacheDirectory },
      encoding: "utf8",
    });
  const compiled = () => {
    const [build = "none"] = readdirSync(join(cache, "compiled"));
    return readdirSync(join(cache, "compiled", build)).map((name) => join(cache, "compiled", build, name));
  };
  const inodes = () => compiled().map((file) => statSync(file).ino);

  const text = help(cache);
  expect(compiled().length).toBeGreaterThan(1);
  const first = inodes();
  expect(help(cache)).toBe(text);
  expect(inodes()).toEqual(first);
  for (const file of compiled()) writeFileSync(file, readFileSync(file).subarray(0, 100));
  expect(help(cache)).toBe(text);
  expect(inodes()).not.toEqual(first);
  expect(help(join(compiled()[0] ?? "", "not-a-folder"))).toBe(text);
});

test("the bundle reads a model, by the parts that are loaded only then", () => {
  const project = mkdtempSync(join(tmpdir(), "cog-bundled-"));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  writeFileSync(join(project, "cog.yaml"), "run: run.py:Runner\n");
  writeFileSync(join(project, "run.py"), "class Runner:\n    def run(self, word: str) -> str:\n        return word\n");
  const schema = execFileSync(process.execPath, [join(dist, "cli/main.cjs"), "schema"], { cwd: project });
  expect(JSON.parse(schema.toString())).toMatchObject({
    components: { schemas: { Input: { properties: { word: { type: "string" } } } } },
  });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { npmVersion, pythonVersion } from "../build/version.ts";
import { at } from "../repository.ts";

test.each(["core", "cli", "server", "playground"])("packages/%s has the one version", (name) => {
  const { version } = JSON.parse(readFileSync(at("packages", name, "package.json"), "utf8")) as { version: string };
  expect(version).toBe(npmVersion());
});

test("the Python package has it in Python's spelling", () => {
  const text = readFileSync(at("python/src/cog/_version.py"), "utf8");
  expect(text).toContain(`"${pythonVersion(npmVersion())}"`);
});

test.each([
  ["1.0.0", "1.0.0"],
  ["1.0.0-alpha.1", "1.0.0a1"],
  ["1.2.3-beta.4", "1.2.3b4"],
  ["1.2.3-rc.4", "1.2.3rc4"],
])("%s is %s to Python", (npm, python) => {
  expect(pythonVersion(npm)).toBe(python);
});

test("a version that Python has no word for is refused", () => {
  expect(() => pythonVersion("1.0.0-nightly.1")).toThrow("expected X.Y.Z");
});

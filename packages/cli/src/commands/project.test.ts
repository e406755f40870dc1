import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings } from "#settings";
import { build } from "./build.ts";
import type { CommandContext } from "./command.ts";
import { parseCall } from "./parse.ts";
import { projectOf } from "./project.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-project-"));
  writeFileSync(join(directory, "cog.yaml"), 'build: {python_version: "3.11"}\nrun: run.py:Runner\n');
  writeFileSync(join(directory, "Own"), "FROM scratch\n");
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each([
  [["--use-cog-base-image", "--use-cuda-base-image=false"], "--use-cog-base-image and --use-cuda-base-image"],
  [["--use-cog-base-image=false", "--use-cuda-base-image", "auto"], "--use-cog-base-image and --use-cuda-base-image"],
  [["--use-cog-base-image", "--dockerfile=Own"], "--use-cog-base-image and --dockerfile"],
  [["--dockerfile", "Own", "--use-cuda-base-image=true"], "--use-cuda-base-image and --dockerfile"],
])("%j exclude each other", (words, named) => {
  expect(() => image(words)).toThrow(`The flags ${named} are mutually exclusive: you can only set one of them.`);
});

test.each([
  [[], {}],
  [["--base-image", "debian"], { base: "debian" }],
  [["--use-cuda-base-image", "auto"], {}],
  [["--use-cuda-base-image=false"], { cudaBase: false }],
  [["--use-cog-base-image=false"], {}],
  [["--use-cog-base-image"], { cogBaseRegistry: "example.com" }],
])("%j is %j", (words, wish) => {
  expect(image(words)).toEqual(wish);
});

test("a Dockerfile is a path that exists", () => {
  expect(image(["--dockerfile", "Own"])).toEqual({ dockerfile: join(directory, "Own") });
  expect(() => image(["--dockerfile", "none"])).toThrow("does not exist");
});

function image(words: readonly string[]) {
  const { flags } = parseCall(build, words);
  const report = { info: () => {}, warn: () => {} };
  const settings = readSettings({ COG_REGISTRY_HOST: "example.com" });
  const context = { workingDirectory: directory, settings, report, global: {} } as unknown as CommandContext;
  return projectOf(flags as never, context).image;
}

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { at, root } from "../repository.ts";

const documents = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(at(path)));

test.each(documents)("every link of %s leads somewhere", (document) => {
  const text = readFileSync(at(document), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? "");
  expect(targets.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([]);
});

test("the README is short enough to be read", () => {
  expect(readFileSync(at("README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(150);
});

test("every dependency has its reason in docs/dependencies.md", () => {
  const reasons = readFileSync(at("docs/dependencies.md"), "utf8");
  const manifests = [
    "package.json",
    ...["core", "cli", "server", "playground"].map((name) => `packages/${name}/package.json`),
  ];
  const names = manifests.flatMap((path) => {
    const manifest = JSON.parse(readFileSync(at(path), "utf8")) as Record<string, Record<string, string> | undefined>;
    return [...Object.keys(manifest["dependencies"] ?? {}), ...Object.keys(manifest["devDependencies"] ?? {})];
  });
  expect(names.filter((name) => !name.startsWith("@types/") && !reasons.includes(name))).toEqual([]);
});

test("the index of the docs leads to every page", () => {
  const index = readFileSync(at("docs/README.md"), "utf8");
  const pages = documents.filter((path) => path.startsWith("docs/") && path !== "docs/README.md");
  expect(pages.filter((path) => !index.includes(`(${path.slice("docs/".length)})`))).toEqual([]);
});

test("no page still holds both sides of a merge", () => {
  const halves = /^(<{7}|>{7}) /m;
  expect(documents.filter((path) => halves.test(readFileSync(at(path), "utf8")))).toEqual([]);
});

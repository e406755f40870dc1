import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";
import { type StageRequest, stageContext } from "./stage.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cog-stage-"));
  mkdirSync(join(root, "project/weights"), { recursive: true });
  writeFileSync(join(root, "project/run.py"), "run");
  writeFileSync(join(root, "project/weights/model.bin"), "big");
  symlinkSync("run.py", join(root, "project/link"));
});

afterEach(() => rmSync(root, { recursive: true }));

const stage = async (options: Partial<StageRequest> = {}) =>
  stageContext({
    contextDirectory: join(root, "ctx"),
    projectDirectory: join(root, "project"),
    sources: await sourceFiles(join(root, "project")),
    weights: ["weights"],
    files: [{ path: "requirements/requirements.txt", text: "six\n" }],
    sourceFiles: [{ path: ".cog/openapi_schema.json", text: "{}" }],
    ...options,
  });

const at = (path: string) => join(root, path);

test("links files, keeps symlinks, and parts weights from code", async () => {
  expect(await stage()).toEqual({ linked: true });
  expect(statSync(at("ctx/src/run.py")).ino).toBe(statSync(at("project/run.py")).ino);
  expect(statSync(at("ctx/weights/src/weights/model.bin")).ino).toBe(statSync(at("project/weights/model.bin")).ino);
  expect(readlinkSync(at("ctx/src/link"))).toBe("run.py");
  expect(readFileSync(at("ctx/build/requirements/requirements.txt"), "utf8")).toBe("six\n");
  expect(readFileSync(at("ctx/src/.cog/openapi_schema.json"), "utf8")).toBe("{}");
});

test("gives directories the epoch, files their own time, written ones the time of their bytes", async () => {
  await stage();
  for (const path of ["ctx/src", "ctx/src/.cog", "ctx/weights/src"]) {
    expect(statSync(at(path)).mtimeMs).toBe(0);
  }
  expect(statSync(at("ctx/src/run.py")).mtimeMs).toBe(statSync(at("project/run.py")).mtimeMs);
  const schema = () => statSync(at("ctx/src/.cog/openapi_schema.json")).mtimeMs;
  const before = schema();
  rmSync(at("ctx"), { recursive: true });
  await stage();
  expect(schema()).toBe(before);
  rmSync(at("ctx"), { recursive: true });
  await stage({ sourceFiles: [{ path: ".cog/openapi_schema.json", text: "[]" }] });
  expect(schema()).not.toBe(before);
});

test("a timestamp is set on copies, so the user's files keep theirs", async () => {
  const before = statSync(at("project/run.py")).mtimeMs;
  await stage({ timestamp: 1000 });
  expect(statSync(at("ctx/src/run.py")).mtimeMs).toBe(1_000_000);
  expect(statSync(at("project/run.py")).mtimeMs).toBe(before);
});

test("a file that goes, or is another, while staging is one or the other and never half of each", async () => {
  writeFileSync(at("project/gone.tmp"), "gone");
  symlinkSync("gone.tmp", at("project/gone-link"));
  const sources = await sourceFiles(at("project"));
  rmSync(at("project/gone.tmp"));
  rmSync(at("project/gone-link"));
  await stage({ sources });
  expect(readdirSync(at("ctx/src")).sort()).toEqual([".cog", "link", "run.py"]);
  // As most editors save.
  writeFileSync(at("project/run.py.new"), "other");
  renameSync(at("project/run.py.new"), at("project/run.py"));
  expect(readFileSync(at("ctx/src/run.py"), "utf8")).toBe("run");
  rmSync(at("ctx"), { recursive: true });
  await stage();
  expect(readFileSync(at("ctx/src/run.py"), "utf8")).toBe("other");
});

test("but what a build cannot be without is missed", async () => {
  const files = [{ path: "sdk/cog.whl", from: at("nowhere.whl") }];
  await expect(stage({ files })).rejects.toThrow("ENOENT");
});

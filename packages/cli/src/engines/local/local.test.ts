import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Reporter } from "#report";
import { gpuVariables } from "./gpus.ts";
import { findPython } from "./python.ts";
import type { LocalSettings } from "./settings.ts";

let root = "";
let warnings: string[] = [];
const report: Reporter = {
  info: () => {},
  warn: (message) => void warnings.push(message),
  debug: () => {},
  output: () => {},
  step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cog-local-"));
  warnings = [];
});
afterEach(() => rmSync(root, { recursive: true }));

/** An interpreter as far as its name says which one it is; started, it says it is 3.14. */
function interpreter(path: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "#!/bin/sh\necho 3 14 0\n");
  chmodSync(file, 0o755);
  return file;
}

async function find(wanted: string, extra: Partial<LocalSettings> = {}) {
  const settings: LocalSettings = {
    cacheDirectory: root,
    python: undefined,
    ownPython: undefined,
    pythonSearch: {
      path: `${join(root, "shims")}:${join(root, "bin")}`,
      installations: [join(root, "versions"), join(root, "uv")],
    },
    environment: {},
    node: "",
    sdk: () => ({ kind: "wheel", file: "" }),
    sdkWheel: undefined,
    ...extra,
  };
  const { path, version } = await findPython(wanted, settings, report);
  return [path.slice(root.length + 1), version];
}

test("the Python that cog.yaml names is found on PATH, else among installed versions", async () => {
  interpreter("shims/python3.12");
  interpreter("bin/python3.11");
  interpreter("versions/3.12.1/bin/python3.12");
  interpreter("versions/3.12.7/bin/python3.12");
  interpreter("uv/cpython-3.10.4-linux-x86_64-gnu/bin/python3.10");
  expect(await find("3.11")).toEqual(["bin/python3.11", "3.11"]);
  expect(await find("3.12")).toEqual(["versions/3.12.7/bin/python3.12", "3.12.7"]);
  expect(await find("3.12.1")).toEqual(["versions/3.12.1/bin/python3.12", "3.12.1"]);
  expect(await find("3.10")).toEqual(["uv/cpython-3.10.4-linux-x86_64-gnu/bin/python3.10", "3.10.4"]);
  expect(warnings).toEqual([]);
});

test("a Python without a version in its name is asked", async () => {
  interpreter("bin/python3");
  expect(await find("3.14")).toEqual(["bin/python3", "3.14.0"]);
});

test("the nearest one takes the place of one that is missing, with a warning", async () => {
  interpreter("bin/python3.9");
  interpreter("bin/python3.11");
  interpreter("bin/python3.7");
  expect((await find("3.13"))[0]).toBe("bin/python3.11");
  expect((await find("3.10"))[0]).toBe("bin/python3.11");
  expect((await find("3.8"))[0]).toBe("bin/python3.9");
  expect(warnings[0]).toContain("Python 3.13 was not found");
});

test("COG_PYTHON is taken whatever cog.yaml says", async () => {
  expect((await find("3.12", { python: interpreter("my/python3.9") }))[1]).toBe("3.9");
  await expect(find("3.12", { python: join(root, "gone") })).rejects.toThrow("gone, which is not a Python interpreter");
});

test("no usable Python is an error that says what to do", async () => {
  interpreter("bin/python3.7");
  await expect(find("3.12")).rejects.toMatchObject({
    code: "python.not_found",
    hint: expect.stringContaining("COG_PYTHON"),
  });
});

test.each([
  [undefined, {}],
  ["all", {}],
  ["none", { CUDA_VISIBLE_DEVICES: "" }],
  ["0", { CUDA_VISIBLE_DEVICES: "0" }],
  ["2", { CUDA_VISIBLE_DEVICES: "0,1" }],
  ["device=1,3", { CUDA_VISIBLE_DEVICES: "1,3" }],
  ['"device=1,3"', { CUDA_VISIBLE_DEVICES: "1,3" }],
])("--gpus %s", (gpus, variables) => {
  expect(gpuVariables(gpus)).toEqual(variables);
});

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@cog/core/config";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refusalOf } from "../testing/refusal.ts";
import { readRequirements, renderLine } from "./index.ts";

let directory = "";
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-pyproject-")));
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(name: "pyproject.toml" | "uv.lock", text: string) {
  writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, "x-1.0-py3-none-any.whl"), "");
  const { config } = parseConfig(`build: {python_requirements: ${name}}`, { file: "cog.yaml" });
  if (config === undefined) throw new Error("the config of the test is wrong");
  const requirements = readRequirements({ directory, config });
  return { ...requirements, texts: requirements.lines.map((line) => renderLine(line, ({ path }) => `@/${path}`)) };
}

test.each([
  [
    "dependencies as they are written",
    'dependencies = ["torch==2.3.1", "numpy>=1.26 ; python_version < \'3.13\'"]',
    ["torch==2.3.1", "numpy>=1.26 ; python_version < '3.13'"],
  ],
  ["no dependencies", "dependencies = []", []],
  ["none named", "", []],
  ["the SDK is left out", 'dependencies = ["cog", "six"]', ["six"]],
  [
    "extras and groups stay out",
    'dependencies = ["six"]\noptional-dependencies.x = ["idna"]\n[dependency-groups]\ndev = ["pytest"]',
    ["six"],
  ],
  [
    "uv's indexes; one that no package names is for none",
    'dependencies = ["torch==2.3.1", "six"]\n[tool.uv.sources]\ntorch = { index = "cu" }\n[[tool.uv.index]]\nname = "cu"\nurl = "https://h/cu"\nexplicit = true\n[[tool.uv.index]]\nname = "unused"\nurl = "https://h/u"\nexplicit = true\n[[tool.uv.index]]\nurl = "https://h/simple"\ndefault = true\n',
    ["--extra-index-url https://h/cu", "--index-url https://h/simple", "torch==2.3.1", "six"],
  ],
  [
    "uv's sources",
    'dependencies = ["A.b[x]>=1 ; python_version < \'3.13\'", "c", "d"]\n[tool.uv.sources]\na-b = { git = "https://h/a", tag = "v1", subdirectory = "s" }\nc = { url = "https://h/c.whl" }\nd = { path = "x-1.0-py3-none-any.whl" }\n',
    [
      "A.b[x] @ git+https://h/a@v1#subdirectory=s ; python_version < '3.13'",
      "c @ https://h/c.whl",
      "@/local_package_artifacts/x-1.0-py3-none-any.whl",
    ],
  ],
])("pyproject.toml: %s", (_title, text, lines) => {
  expect(read("pyproject.toml", `[project]\nname = "m"\n${text}`).texts).toEqual(lines);
});

test.each([
  ["[project]\nname = ", 2, "not valid TOML"],
  ['[project]\nname = "m"\ndynamic = ["dependencies"]', undefined, "computed"],
  ['[tool.poetry.dependencies]\nsix = "^1"', undefined, "Poetry"],
  ["[build-system]\nrequires = []", undefined, "no [project] table"],
  ['[project]\ndependencies = [\n  "a",\n]\n[tool.uv.sources]\na = { path = "../a" }', 3, "the directory ../a"],
  ['[project]\ndependencies = ["a"]\n[tool.uv.sources]\na = { workspace = true }', 2, "member of the workspace"],
  ['[project]\ndependencies = ["a @ file:///x"]', 2, "file URL"],
  ['[project]\ndependencies = "six"', undefined, "not a list of strings"],
  ['[project]\ndependencies = ["six", 1]', undefined, "not a list of strings"],
])("pyproject.toml: %j is refused", (text, line, words) => {
  const refused = refusalOf(() => read("pyproject.toml", text));
  expect(refused.message).toContain(words);
  expect(refused.place).toMatchObject({ file: "pyproject.toml", ...(line !== undefined && { line }) });
});

const PYPI = 'source = { registry = "https://pypi.org/simple" }';
const ROOT = 'version = 1\nrequires-python = ">=3.10,<3.13"\n';

/** As uv writes it, shortened. */
const LOCK = `${ROOT}
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "cog" },
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "uvicorn", extra = ["standard"] },
]
[package.optional-dependencies]
gpu = [{ name = "left-out" }]
[package.dev-dependencies]
dev = [{ name = "left-out" }]

[[package]]
name = "cog"
version = "0.14.0"
${PYPI}
dependencies = [{ name = "only-cog" }]
sdist = { url = "https://h/cog.tar.gz", hash = "sha256:00" }

[[package]]
name = "only-cog"
version = "1"
${PYPI}
sdist = { url = "https://h/o.tar.gz", hash = "sha256:0f" }

[[package]]
name = "left-out"
version = "1"
${PYPI}

[[package]]
name = "uvicorn"
version = "0.30.1"
${PYPI}
dependencies = [{ name = "click" }, { name = "typing-extensions", marker = "python_full_version < '3.11'" }]
wheels = [{ url = "https://h/u.whl", hash = "sha256:01" }, { url = "https://h/u2.whl", hash = "sha256:02" }]
[package.optional-dependencies]
standard = [{ name = "httptools" }, { name = "colorama", marker = "sys_platform == 'win32'" }, { name = "uvloop", marker = "sys_platform != 'win32'" }]

[[package]]
name = "click"
version = "8.1"
${PYPI}
dependencies = [{ name = "colorama", marker = "platform_system == 'Windows'" }]
wheels = [{ url = "https://h/c.whl", hash = "sha256:03" }]

[[package]]
name = "colorama"
version = "0.4.6"
${PYPI}
wheels = [{ url = "https://h/o.whl", hash = "sha256:04" }]

[[package]]
name = "httptools"
version = "0.6"
source = { registry = "https://h/private/simple" }
wheels = [{ url = "https://h/h.whl", hash = "sha256:05" }]

[[package]]
name = "uvloop"
version = "0.20"
${PYPI}
dependencies = [{ name = "typing-extensions", marker = "python_full_version < '3.12' or sys_platform == 'linux'" }]
wheels = [{ url = "https://h/v.whl", hash = "sha256:06" }]

[[package]]
name = "typing-extensions"
version = "4.12"
${PYPI}
wheels = [{ url = "https://h/t.whl", hash = "sha256:07" }]
`;

test("uv.lock: what the project needs, pinned, with markers, digests and indexes", () => {
  const { texts, requiresPython, warnings } = read("uv.lock", LOCK);
  expect(texts).toEqual([
    "--extra-index-url https://h/private/simple",
    "click==8.1 --hash=sha256:03",
    "colorama==0.4.6 ; (sys_platform == 'win32') or (platform_system == 'Windows') --hash=sha256:04",
    "httptools==0.6 --hash=sha256:05",
    "typing-extensions==4.12 ; (python_full_version < '3.11') or ((python_full_version < '3.12' or sys_platform == 'linux') and (sys_platform != 'win32')) --hash=sha256:07",
    "uvicorn==0.30.1 --hash=sha256:01 --hash=sha256:02",
    "uvloop==0.20 ; sys_platform != 'win32' --hash=sha256:06",
  ]);
  expect(requiresPython).toBe(">=3.10,<3.13");
  expect(warnings).toEqual([expect.stringMatching(/^uv\.lock:\d+: "cog==0\.14\.0 .*" is left out/)]);
});

const needs = (dependencies: string, packages: string) =>
  `${ROOT}[[package]]\nname = "app"\nsource = { editable = "." }\ndependencies = [${dependencies}]\n${packages}`;

test.each([
  [
    "two versions of a package",
    needs(
      `{ name = "a", version = "1", marker = "x == '1'" }, { name = "a", version = "2", marker = "x == '2'" }`,
      `[[package]]\nname = "a"\nversion = "1"\n${PYPI}\n[[package]]\nname = "a"\nversion = "2"\n${PYPI}\n`,
    ),
    ["a==1 ; x == '1'", "a==2 ; x == '2'"],
  ],
  [
    "one index for everything takes the place of the usual one",
    needs('{ name = "a" }', '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://h/mirror" }\n'),
    ["--index-url https://h/mirror", "a==1"],
  ],
  [
    "a repository, a URL and a wheel of the project; digests for all or none",
    needs(
      '{ name = "a" }, { name = "b" }, { name = "c" }, { name = "d" }',
      `[[package]]\nname = "a"\nversion = "1"\nsource = { git = "https://h/a?subdirectory=s&tag=v1#abc" }\n[[package]]\nname = "b"\nversion = "1"\nsource = { url = "https://h/b.whl" }\nwheels = [{ hash = "sha256:1" }]\n[[package]]\nname = "c"\nversion = "1"\nsource = { path = "x-1.0-py3-none-any.whl" }\n[[package]]\nname = "d"\nversion = "1"\n${PYPI}\nwheels = [{ hash = "sha256:2" }]\n`,
    ),
    [
      "a @ git+https://h/a@abc#subdirectory=s",
      "b @ https://h/b.whl",
      "@/local_package_artifacts/x-1.0-py3-none-any.whl",
      "d==1",
    ],
  ],
  [
    "packages that need each other",
    needs(
      '{ name = "a", marker = "m" }',
      `[[package]]\nname = "a"\nversion = "1"\n${PYPI}\ndependencies = [{ name = "b" }]\n[[package]]\nname = "b"\nversion = "1"\n${PYPI}\ndependencies = [{ name = "a" }]\n`,
    ),
    ["a==1 ; m", "b==1 ; m"],
  ],
])("uv.lock: %s", (_title, text, lines) => {
  expect(read("uv.lock", text).texts).toEqual(lines);
});

test.each([
  ["version = 2", "format 2"],
  ["version = 1", "no project"],
  [
    needs('{ name = "a" }', '[[package]]\nname = "a"\nversion = "1"\nsource = { directory = "../a" }\n'),
    "the directory ../a",
  ],
  [
    needs('{ name = "a" }', '[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "../files" }\n'),
    "local index",
  ],
  [needs('{ name = "a" }', ""), "app needs a, which uv.lock does not lock"],
  [needs('{ name = "a" }', '[[package]]\nname = "a"\nversion = "1"\n'), "a is locked to no source"],
])("uv.lock: %j is refused", (text, words) => {
  const refused = refusalOf(() => read("uv.lock", text));
  expect(refused.message).toContain(words);
  expect(refused.place?.file).toBe("uv.lock");
});

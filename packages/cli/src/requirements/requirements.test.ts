import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig } from "@cog/core/config";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refusalOf } from "../testing/refusal.ts";
import { localFiles, readRequirements, renderLine } from "./index.ts";

let directory = "";
beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-requirements-")));
});
afterEach(() => rmSync(directory, { recursive: true }));

const FILES: Readonly<Record<string, string>> = {
  "more/extra.txt": "-r ../loop.txt\nscipy==1.14.0\n",
  "loop.txt": "-r more/extra.txt\nsix\n",
  "constraints.txt": "numpy<2 # because\n-c more/limits.txt\n",
  "more/limits.txt": "scipy<2\n",
  "dist/my wheel-1.0-py3-none-any.whl": "",
  "sub/x.tar.gz": "",
  "sub/lib/setup.py": "",
};

function read(text: string, file = "requirements.txt") {
  for (const [path, content] of Object.entries({ ...FILES, [file]: text })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return readProject(`build: {python_requirements: ${file}}`);
}

function readProject(yaml: string) {
  const { config, placeOf } = parseConfig(yaml, { file: "cog.yaml" });
  if (config === undefined) throw new Error("the config of the test is wrong");
  const requirements = readRequirements({ directory, config, placeOf });
  return { ...requirements, texts: requirements.lines.map((line) => renderLine(line, ({ path }) => `@/${path}`)) };
}

test.each([
  ["comments, blank lines, CRLF and a BOM", "\uFEFF# all\r\n\r\nnumpy==1.26.4  # pinned\r\n", ["numpy==1.26.4"]],
  ["a # inside a word is kept", "git+https://h/r.git#egg=foo", ["git+https://h/r.git#egg=foo"]],
  ["continued lines", "six==1.17.0 \\\n  --hash=sha256:aa", ["six==1.17.0   --hash=sha256:aa"]],
  ["a comment ends a continued line", "six==1.17.0 \\\n# why\nidna", ["six==1.17.0", "idna"]],
  ["the last line may be continued", "six \\", ["six"]],
  [
    "markers, extras, digests and dotted names stay as written",
    'ruamel.yaml==0.18.6\nuvicorn[standard]==0.30.1\nnumpy==1.26.4 ; python_version < "3.13"\ntorchvision==0.18.1 --hash=sha256:aa\nrequests==2.32.3;python_version<"3.13"',
    [
      "ruamel.yaml==0.18.6",
      "uvicorn[standard]==0.30.1",
      'numpy==1.26.4 ; python_version < "3.13"',
      "torchvision==0.18.1 --hash=sha256:aa",
      'requests==2.32.3;python_version<"3.13"',
    ],
  ],
  ["the project itself is dropped", "-e .\n--editable .\nsix", ["six"]],
  [
    "index options come first, each once, a trailing slash apart",
    "six\n--extra-index-url https://b/\n--extra-index-url=https://a\n--extra-index-url https://b\n-f https://links",
    ["--find-links https://links", "--extra-index-url https://b/", "--extra-index-url https://a", "six"],
  ],
  [
    "options behind a package become lines of their own, in their order",
    "scipy==1.14.0 --extra-index-url=https://b\nsix -i https://a --trusted-host a",
    ["--extra-index-url https://b", "-i https://a", "--trusted-host a", "scipy==1.14.0", "six"],
  ],
  [
    "other options of pip are passed on",
    "--pre\n--index-url https://a\n--only-binary :all:\nsix",
    ["--pre", "--index-url https://a", "--only-binary :all:", "six"],
  ],
  ["options alone install nothing", "--extra-index-url https://b/\n-c constraints.txt", []],
  ["an empty file installs nothing", "", []],
  ["nested files, also in a circle", "-r more/extra.txt", ["six", "scipy==1.14.0"]],
  [
    "nested files in other words",
    "--requirement=more/extra.txt\n-rloop.txt",
    ["six", "scipy==1.14.0", "scipy==1.14.0", "six"],
  ],
  ["constraints", "-c constraints.txt\nnumpy", ["-c @/constraints/constraints.txt", "numpy"]],
  ["remote files", "-r https://h/r.txt\n-c https://h/c.txt\nsix", ["-r https://h/r.txt", "-c https://h/c.txt", "six"]],
  [
    "a local wheel with a space",
    "./dist/my wheel-1.0-py3-none-any.whl",
    ["@/local_package_artifacts/dist/my wheel-1.0-py3-none-any.whl"],
  ],
  ["a local archive without a leading dot", "sub/x.tar.gz", ["@/local_package_artifacts/sub/x.tar.gz"]],
  [
    "remote wheels and repositories pass",
    "foo @ https://h/foo-1.0-py3-none-any.whl\nhttps://h/bar.zip\n-e git+https://h/r.git@v1#egg=r",
    ["foo @ https://h/foo-1.0-py3-none-any.whl", "https://h/bar.zip", "-e git+https://h/r.git@v1#egg=r"],
  ],
])("%s", (_title, text, lines) => {
  expect(read(text).texts).toEqual(lines);
});

test("the files that lines name are found; constraints are one text with what they include", () => {
  const { lines } = read("-c constraints.txt\nsub/x.tar.gz\n./sub/x.tar.gz\nnumpy");
  expect(localFiles(lines)).toEqual([
    { path: "constraints/constraints.txt", text: "numpy<2\nscipy<2\n" },
    { path: "local_package_artifacts/sub/x.tar.gz", from: join(directory, "sub/x.tar.gz") },
  ]);
});

test("paths in a file are relative to that file, links are followed", () => {
  mkdirSync(join(directory, "sub"));
  symlinkSync("x.tar.gz", join(directory, "sub/y.tar.gz"));
  const { lines } = read("y.tar.gz", "sub/requirements.txt");
  expect(localFiles(lines)).toEqual([
    { path: "local_package_artifacts/sub/y.tar.gz", from: join(directory, "sub/x.tar.gz") },
  ]);
});

test("lines know where they are written", () => {
  const { lines } = read("six # one\n-r more/extra.txt");
  expect(lines.map(({ place }) => [place?.file, place?.line, place?.source])).toEqual([
    ["requirements.txt", 1, "six # one"],
    ["loop.txt", 2, "six"],
    ["more/extra.txt", 2, "scipy==1.14.0"],
  ]);
  const [first] = readProject("build:\n  python_packages:\n    - six\n").lines;
  expect(first).toMatchObject({ text: "six", place: { file: "cog.yaml", line: 3, column: 7 } });
});

test("names the SDK packages it leaves out, and what chooses another SDK", () => {
  const { texts, warnings } = read("Cog[x]==0.9\ncoglet\ncogito\ncog @ https://me:secret@h/cog.whl");
  expect(texts).toEqual(["cogito"]);
  expect(warnings).toEqual([
    expect.stringMatching(/^requirements\.txt:1: "Cog\[x]==0\.9" is left out.*build\.sdk_version.*COG_SDK_WHEEL/),
    expect.stringMatching(/^requirements\.txt:2: "coglet".*COGLET_WHEEL/),
    expect.stringContaining('"cog @ https://****@h/cog.whl"'),
  ]);
});

test.each([
  ["file:///x.whl", "file URL"],
  ["foo @ file:///x.whl", "file URL"],
  ["foo[x] @ file:x.whl", "file URL"],
  ["foo @ ./x.whl", "direct reference"],
  ["./x.whl ; python_version < '3'", "environment markers"],
  ["./x.whl[extra]", "extras"],
  ["./x.whl --hash=sha256:aa", "inline options or hashes"],
  ["./sub/lib", "not a supported wheel or source archive"],
  ["./x.txt", "not a supported wheel or source archive"],
  ["./missing.whl", "not found"],
  ["../x.whl", "must be inside the project directory"],
  ["/x.zip", "must be inside the project directory"],
  ["-r missing.txt", "requirements option -r"],
  ["-c ../limits.txt", "requirements option -c"],
  ["-f ./dir", "requirements option -f"],
  ["--find-links=./dir", "requirements option --find-links"],
  ["-e ./sub/lib", "requirements option -e"],
])("refuses %j: %s", (text, keyword) => {
  const refused = refusalOf(() => read(`six\n${text}`));
  expect(refused.message).toContain(keyword);
  expect(refused.place).toMatchObject({ file: "requirements.txt", line: 2 });
});

test.each([
  ["numpy=1.26", "Write numpy==1.26."],
  ["numpy 1.26.4", "Write numpy==1.26.4."],
  ["numpy>=1 <2", "Write a name"],
  ["==1.26", "Write a name"],
  ["numpy and scipy", "Write a name"],
  ['"numpy"', "Write a name"],
])("%j is no requirement: %s", (text, hint) => {
  const refused = refusalOf(() => read(text));
  expect(refused).toMatchObject({ code: "requirements.invalid", hint: expect.stringContaining(hint) });
  expect(refused.message).toBe(`"${text}" is not a requirement.`);
});

test.each([
  "a",
  "A.b_c-d[x,y] >= 1.0 , != 1.5.* , < 2",
  "a (>=1,<2)",
  "a===1.0+local",
  "a~=1.0;python_version<'3.13'",
  "a @ https://h/a.whl#sha256=00 ; os_name == 'posix'",
  "a==1.0 --hash=sha256:00 --hash=sha256:01",
  "a==1.0 ; os_name == 'posix' --hash=sha256:00",
  "git+ssh://git@h/r.git@v1",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: pip's own way to name a variable
  "${PRIVATE_PACKAGE}",
])("%j is one", (text) => {
  expect(read(text).texts).toEqual([text]);
});

test.each(["poetry.lock", "Pipfile", "Pipfile.lock", "pdm.lock", "pylock.toml", "setup.py", "environment.yml"])(
  "%s is a file of another tool",
  (name) => {
    const refused = refusalOf(() => read("", name));
    expect(refused.message).toContain("requirements.txt, pyproject.toml and uv.lock");
    expect(refused.place).toMatchObject({ file: "cog.yaml", line: 1 });
    expect(refused.hint).toBeDefined();
  },
);

test("everything that is refused is told at once, without the passwords in it", () => {
  const refused = refusalOf(() => read("file:///x\n./dir\n./x.whl --extra-index-url https://me:secret@h/\n"));
  expect(refused.several.map(({ place }) => place?.line)).toEqual([1, 2, 3]);
  expect(JSON.stringify(refused.several)).not.toContain("secret");
});

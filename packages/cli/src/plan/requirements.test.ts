import { expect, test } from "vitest";
import { type ProjectFiles, readRequirements } from "./requirements.ts";

const FILES: Readonly<Record<string, string>> = {
  "more/extra.txt": "-r ../loop.txt\nscipy==1.14.0\n",
  "loop.txt": "-r more/extra.txt\nsix\n",
  "constraints.txt": "numpy<2 # because\n",
  "dist/my wheel-1.0-py3-none-any.whl": "",
  "sub/x.tar.gz": "",
};

const project: ProjectFiles = {
  read: (path) => FILES[path],
  find: (path) => {
    if (path.startsWith("..")) return { kind: "outside" };
    return path in FILES ? { kind: "file", absolute: `/project/${path}` } : { kind: "missing" };
  },
};

const read = (text: string) => readRequirements({ file: "requirements.txt", text }, project);

test.each([
  ["comments, blank lines and CRLF", "# all\r\n\r\nnumpy==1.26.4  # pinned\r\n", ["numpy==1.26.4"]],
  ["a # inside a word is kept", "git+https://h/r.git#egg=foo", ["git+https://h/r.git#egg=foo"]],
  ["continued lines", "torch==2.3.1 \\\n  --hash=sha256:aa", ["torch==2.3.1   --hash=sha256:aa"]],
  [
    "markers, extras and dotted names stay as written",
    'ruamel.yaml==0.18.6\nuvicorn[standard]==0.30.1\nnumpy ; python_version < "3.13"',
    ["ruamel.yaml==0.18.6", "uvicorn[standard]==0.30.1", 'numpy ; python_version < "3.13"'],
  ],
  ["the project itself is dropped", "-e .\nsix", ["six"]],
  [
    "index options come first, each once",
    "six\n--extra-index-url https://b/\n--extra-index-url https://a\n--extra-index-url https://b\n-f https://links",
    ["--find-links https://links", "--extra-index-url https://b/", "--extra-index-url https://a", "six"],
  ],
  ["options alone install nothing", "--extra-index-url https://b/", []],
  ["nested files, also in a circle", "-r more/extra.txt", ["six", "scipy==1.14.0"]],
  ["constraints", "-c constraints.txt\nnumpy", ["-c /mnt/constraints/constraints.txt", "numpy"]],
  [
    "a local wheel with a space",
    "./dist/my wheel-1.0-py3-none-any.whl",
    ["/mnt/local_package_artifacts/dist/my wheel-1.0-py3-none-any.whl"],
  ],
  ["a local archive without a leading dot", "sub/x.tar.gz", ["/mnt/local_package_artifacts/sub/x.tar.gz"]],
  [
    "remote wheels pass",
    "foo @ https://h/foo-1.0-py3-none-any.whl\nhttps://h/bar.zip",
    ["foo @ https://h/foo-1.0-py3-none-any.whl", "https://h/bar.zip"],
  ],
])("%s", (_title, text, lines) => {
  expect(read(text).lines).toEqual(lines);
});

test("names the SDK packages it leaves out", () => {
  const { lines, warnings } = read("Cog[x]==0.9\ncoglet\ncogito");
  expect(lines).toEqual(["cogito"]);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^requirements\.txt:1: "Cog\[x]==0\.9".*build\.sdk_version/);
});

test.each([
  ["file:///x.whl", "file URL"],
  ["foo @ file:///x.whl", "file URL"],
  ["foo @ ./x.whl", "direct reference"],
  ["./x.whl ; python_version < '3'", "environment markers"],
  ["./x.whl[extra]", "extras"],
  ["./x.whl --hash=sha256:aa", "inline options or hashes"],
  ["./dir", "not a supported wheel or source archive"],
  ["./x.txt", "not a supported wheel or source archive"],
  ["./missing.whl", "not found"],
  ["../x.whl", "must be inside the project directory"],
  ["-r missing.txt", "requirements option"],
  ["-f ./dir", "requirements option"],
  ["--find-links=./dir", "requirements option"],
])("refuses %j: %s", (text, keyword) => {
  expect(() => read(text)).toThrow(keyword);
});

test("stages the files that lines name", () => {
  expect(read("-c constraints.txt\nsub/x.tar.gz\nnumpy").files).toEqual([
    { path: "requirements/constraints/constraints.txt", text: "numpy<2\n" },
    { path: "requirements/local_package_artifacts/sub/x.tar.gz", from: "/project/sub/x.tar.gz" },
  ]);
});

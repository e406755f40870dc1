/** Layers that everybody writes alike: their bytes are pinned, and other programs read them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canonicalDiffId, digestOf, type TreeEntry, writeCanonicalLayer } from "./index.ts";

const { signal } = new AbortController();
let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-layer-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (path: string, text: string, isExecutable = false): TreeEntry => ({
  ...{ kind: "file", path, isExecutable, size: Buffer.byteLength(text), content: { bytes: Buffer.from(text) } },
});
const DEEP = `src/${"a".repeat(60)}/${"b".repeat(60)}/c.py`;
const LONG = `src/${"n".repeat(120)}.py`;

const TREE: readonly TreeEntry[] = [
  file("src/run.py", "print(1)\n"),
  file("src/a.py", ""),
  file("src/a/b.py", "x".repeat(70_000)),
  file("src/bin/tool", "#!/bin/sh\n", true),
  file("src/Grüße/ñ 🙂.txt", "text"),
  file(DEEP, "split"),
  file(LONG, "record"),
  { kind: "directory", path: "src/empty" },
  { kind: "symlink", path: "src/link", target: "a/b.py" },
  { kind: "symlink", path: "src/long-link", target: `${"d/".repeat(60)}ü` },
];

const PINNED = "sha256:f00220487ec72957343740070c070dd3bc7b8d952b6732be53756c5dd3adbb00";
const PINNED_ARCHIVE = "sha256:6811676fa9eb4afdb86411095fb30f297d2f258feb62919cbf54ccc7c457ec79";

const write = async (entries: readonly TreeEntry[], time = 0) => {
  const path = join(directory, "layer.tar.gz");
  return { path, ...(await writeCanonicalLayer(entries, path, { time, signal })) };
};

test("a tree is one layer, whatever order it is told in, and its bytes are these for good", async () => {
  const { digest, diffId, size, path } = await write(TREE);
  expect({ digest, diffId }).toEqual({ digest: PINNED, diffId: PINNED_ARCHIVE });
  expect(digestOf(readFileSync(path))).toBe(digest);
  expect(statSync(path).size).toBe(size);
  expect(readFileSync(path).subarray(0, 10).toString("hex"), "no name, time or system").toBe("1f8b08000000000000ff");
  expect(await write([...TREE].reverse())).toMatchObject({ digest });
  expect(await canonicalDiffId(TREE, { time: 0, signal })).toBe(diffId);
  expect((await write(TREE, 1)).digest).not.toBe(digest);
});

test("tar and gzip of the system read it", async () => {
  const { path } = await write(TREE, 1_700_000_000);
  const out = join(directory, "out");
  mkdirSync(out);
  execFileSync("tar", ["-xzf", path, "-C", out]);
  const at = (name: string) => join(out, name);
  for (const entry of TREE) {
    if (entry.kind === "file" && "bytes" in entry.content)
      expect(readFileSync(at(entry.path)).equals(entry.content.bytes), entry.path).toBe(true);
    if (entry.kind === "symlink") expect(readlinkSync(at(entry.path))).toBe(entry.target);
    if (entry.kind === "directory") expect(statSync(at(entry.path)).isDirectory()).toBe(true);
  }
  const modes = ["src", "src/run.py", "src/bin/tool"].map((name) => (statSync(at(name)).mode & 0o777).toString(8));
  expect(modes).toEqual(["755", "644", "755"]);
  expect(statSync(at("src/a")).mtimeMs).toBe(1_700_000_000_000);
  const listed = execFileSync("tar", ["-tzf", path, "--quoting-style=literal"], { encoding: "utf8" })
    .trim()
    .split("\n");
  const inBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  expect(listed).toEqual([...listed].sort(inBytes));
  expect(listed.slice(0, 4)).toEqual(["src/", "src/Grüße/", "src/Grüße/ñ 🙂.txt", "src/a.py"]);
});

test("a file that is another size than it was, or gone, is not half in the layer", async () => {
  const from = join(directory, "growing.py");
  const entry: TreeEntry = { kind: "file", path: "src/growing.py", isExecutable: false, size: 4, content: { from } };
  const changed = "src/growing.py changed while it was read";
  await expect(write([entry])).rejects.toThrow(changed);
  writeFileSync(from, "longer now");
  await expect(write([entry])).rejects.toThrow(changed);
});

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { UserError } from "@cog/core/errors";
import type { LockedWeight, WeightsLock } from "@cog/core/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { driftOf } from "./drift.ts";
import { lockText, parseLock } from "./lock.ts";
import { objectsOf, weightTag } from "./objects.ts";
import { BUNDLE_FILE_MAX, BUNDLE_SIZE_MAX, envelopeFormat, planLayers } from "./packing.ts";
import { selector } from "./patterns.ts";
import { planImport, planLines } from "./plan.ts";
import { pathProblem } from "./safe-path.ts";
import { setDigestOf } from "./set-digest.ts";
import { weightSize } from "./size-text.ts";
import { parseSourceUri } from "./sources/uri.ts";
import { statusOf } from "./status.ts";
import { tarParts } from "./tar.ts";
import { unpackLayer } from "./unpack.ts";

const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const MIB = 1024 ** 2;

const base: LockedWeight = {
  name: "base",
  target: "/src/w",
  sources: [{ uri: "file://./w", fingerprint: sha("w"), include: [], exclude: ["*.md", "b&c"] }],
  importedAt: "2026-01-02T03:04:05.154945163Z",
  digest: sha("manifest"),
  setDigest: sha("set"),
  size: 13,
  sizeCompressed: 310,
  files: [
    { path: "a", size: 1, digest: sha("a"), layer: sha("layer") },
    { path: "b/c", size: 12, digest: sha("c"), layer: sha("layer") },
  ],
  layers: [
    {
      digest: sha("layer"),
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      size: 310,
      sizeUncompressed: 13,
    },
  ],
};
const lock: WeightsLock = { version: 1, envelopeFormat: sha("envelope"), weights: [base] };
const config = {
  name: "base",
  target: "/src/w",
  sources: [{ uri: "./w", include: [], exclude: ["b&c", "*.md"] }],
};

describe("weights.lock", () => {
  test("is written as Cog writes it, and read back", () => {
    const text = lockText(lock);
    expect(text.startsWith('{\n  "version": 1,\n  "envelopeFormat": "sha256:')).toBe(true);
    expect(text.endsWith("\n}")).toBe(true);
    expect(text).toContain(
      '          "include": [],\n          "exclude": [\n            "*.md",\n            "b\\u0026c"',
    );
    expect(parseLock(text)).toEqual(lock);
    expect(parseLock(text.replaceAll("\n", "\r\n"))).toEqual(lock);
    expect(lockText(parseLock(text))).toBe(text);
  });

  const without = (change: object) => JSON.stringify({ ...lock, ...change }, null, 2);
  const weight = (change: object) => without({ weights: [{ ...base, ...change }] });
  test.each([
    ["{", "Cannot read weights.lock"],
    ["[]", "it must be an object"],
    [without({ version: 2 }), "unsupported weights.lock version 2 (want 1)"],
    [without({ version: undefined }), "unsupported weights.lock version 0 (want 1)"],
    [without({ weights: null }), "weights must be a list"],
    [without({ weights: [base, base] }), 'the name "base" is there twice'],
    [without({ weights: [base, { ...base, name: "other" }] }), 'the target "/src/w" is there twice'],
    [weight({ size: -1 }), "weights[0].size must be a number of bytes"],
    [weight({ digest: "sha256:AB" }), "weights[0].digest must be sha256: and 64"],
    [weight({ files: [{ ...base.files[0], path: "../x" }] }), 'weights[0].files[0].path "../x" cannot be used'],
    [weight({ layers: [] }), "weights[0].files[0].layer is none of the layers"],
  ])("%# is refused", (text, why) => {
    expect(() => parseLock(text)).toThrow(why);
  });

  test("tells the line of a merge conflict, and the place of a mistake in its JSON", () => {
    const conflict = lockText(lock).replace('  "weights"', '<<<<<<< HEAD\n  "weights"');
    expect(placeOf(conflict)).toMatchObject({ file: "weights.lock", line: 4, source: "<<<<<<< HEAD" });
    expect(placeOf('{\n  "version": 1,\n  oh\n}')).toMatchObject({ line: 3, column: 3 });
  });

  function placeOf(text: string) {
    try {
      parseLock(text);
    } catch (error) {
      if (error instanceof UserError) return error.place;
    }
    return undefined;
  }
});

test("the set digest sorts whole lines, so by content first", () => {
  const lines = [`${sha("1").slice(7)}  z`, `${sha("2").slice(7)}  a`].sort().join("\n");
  expect(
    setDigestOf([
      { path: "a", digest: sha("2") },
      { path: "z", digest: sha("1") },
    ]),
  ).toBe(sha(lines));
});

test("an archive has the bytes that Go's archive/tar writes", () => {
  const long = `${"d/".repeat(60)}file.bin`;
  const contents: Readonly<Record<string, string>> = { a: "hello", [long]: "x".repeat(513), "ü/é.txt": "" };
  const files = Object.entries(contents).map(([path, text]) => ({ path, size: text.length, text }));
  const hash = createHash("sha256");
  for (const part of tarParts(files)) hash.update(part.kind === "bytes" ? part.bytes : part.file.text);
  // Of archive/tar with Format PAX, and the epoch as ModTime, AccessTime and ChangeTime.
  expect(hash.digest("hex")).toBe("8360a5e3e1bd61828b8b029aa3fd2b5a0d14d19c78fee8e0d323f535e29cb8bc");
});

const tarOf = (contents: Readonly<Record<string, string>>): Buffer => {
  const files = Object.entries(contents).map(([path, text]) => ({ path, size: Buffer.byteLength(text), text }));
  return Buffer.concat(
    tarParts(files).map((part) => (part.kind === "bytes" ? part.bytes : Buffer.from(part.file.text))),
  );
};
const LAYER = "application/vnd.oci.image.layer.v1.tar";

async function unpacked(bytes: Uint8Array, mediaType: string) {
  // In pieces that end anywhere.
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 700) yield bytes.subarray(at, at + 700);
  }
  const files: Record<string, string> = {};
  for await (const { path, content } of unpackLayer(pieces(), { mediaType, digest: sha("x") })) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    files[path] = Buffer.concat(parts).toString();
  }
  return files;
}

const contents = { a: "hello", [`${"d/".repeat(60)}file`]: "x".repeat(5000), "ü/é": "" };
test.each([
  ["tar", tarOf(contents), LAYER],
  ["gzip", gzipSync(tarOf(contents)), `${LAYER}+gzip`],
  ["zstd", zstdOf(tarOf(contents)), `${LAYER}+zstd`],
])("a layer of %s is read", async (_, bytes, mediaType) => {
  expect(await unpacked(bytes, mediaType)).toEqual(contents);
});

/** A frame of blocks that are not compressed: what every reader of zstd takes. */
function zstdOf(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [Buffer.from("28b52ffd0050", "hex")];
  for (let at = 0; at < bytes.length; at += 1000) {
    const block = bytes.subarray(at, at + 1000);
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (at + 1000 >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(head, block);
  }
  return Buffer.concat(blocks);
}

test.each([
  ["not gzip", Buffer.from("hello hello"), `${LAYER}+gzip`],
  ["cut gzip", gzipSync(tarOf(contents)).subarray(0, 100), `${LAYER}+gzip`],
  ["not zstd", Buffer.from("hello hello"), `${LAYER}+zstd`],
  ["no archive", Buffer.alloc(512, "x"), LAYER],
  ["a cut archive", tarOf({ a: "hello".repeat(1000) }).subarray(0, 2000), LAYER],
  ["another kind", tarOf(contents), "text/plain"],
])("a layer that is %s is told", async (_, bytes, mediaType) => {
  await expect(unpacked(bytes, mediaType)).rejects.toMatchObject({ code: "weights.layer" });
});

test("every file is in one layer: small ones in bundles, large ones alone", () => {
  const file = fc.record({ path: fc.uuid(), size: fc.integer({ min: 0, max: 3 * BUNDLE_FILE_MAX }) });
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 40 }), (files) => {
      const layers = planLayers(files);
      expect(
        layers
          .flatMap((layer) => layer.files)
          .map(({ path }) => path)
          .sort(),
      ).toEqual(files.map(({ path }) => path).sort());
      for (const layer of layers) {
        const size = layer.files.reduce((sum, one) => sum + one.size, 0);
        const isBundle = layer.files.every((one) => one.size < BUNDLE_FILE_MAX);
        expect(isBundle ? size <= BUNDLE_SIZE_MAX : layer.files.length === 1).toBe(true);
      }
    }),
  );
  expect(
    planLayers([
      { path: "A.BIN", size: 64 * MIB },
      { path: "a.txt", size: 64 * MIB },
      { path: "b", size: 0 },
    ]),
  ).toMatchObject([
    { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", files: [{ path: "b" }] },
    { mediaType: "application/vnd.oci.image.layer.v1.tar", files: [{ path: "A.BIN" }] },
    { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", files: [{ path: "a.txt" }] },
  ]);
});

test("our layers are not taken for Cog's", () => {
  expect(envelopeFormat("1.3")).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(envelopeFormat("1.3")).not.toBe(envelopeFormat("1.4"));
});

test("what a registry keeps depends on nothing but the weight", () => {
  const one = objectsOf(base);
  const reordered = objectsOf({ ...base, files: [...base.files].reverse() });
  expect(reordered.digest).toBe(one.digest);
  expect(JSON.parse(Buffer.from(one.manifest).toString())).toMatchObject({
    artifactType: "application/vnd.cog.weight.v1",
    config: { mediaType: "application/vnd.cog.weight.config.v1+json" },
    layers: [{ digest: sha("layer"), annotations: { "run.cog.weight.size.uncompressed": "13" } }],
    annotations: {
      "run.cog.weight.name": "base",
      "run.cog.weight.target": "/src/w",
      "run.cog.weight.set-digest": sha("set"),
    },
  });
  expect(Buffer.from(one.config).toString()).toMatch(
    /^{"name":"base","target":"\/src\/w","setDigest":"sha256:\w+","files":\[{"path":"a","layer"/,
  );
});

test.each([
  ["base", "cog-weight.base."],
  ["a.b--c/", "cog-weight.a-b-c."],
  ["...", "cog-weight.unnamed."],
])("the tag of %s", (name, start) => {
  expect(weightTag({ name, setDigest: base.setDigest })).toBe(`${start}${base.setDigest.slice(7, 19)}`);
});

test.each([
  [[], [], ["a.bin", "x/b.bin", "onnx/c.bin", "x/onnx/d", "#e"]],
  [["*.bin"], [], ["a.bin", "x/b.bin", "onnx/c.bin"]],
  [["onnx/*.bin"], [], ["onnx/c.bin"]],
  [["**/onnx/**"], [], ["onnx/c.bin", "x/onnx/d"]],
  [["*.bin"], ["onnx/"], ["a.bin", "x/b.bin"]],
  [["#e", "*.BIN"], [], ["#e"]],
])("include %j, exclude %j", (include, exclude, taken) => {
  const wanted = selector({ include, exclude });
  expect(["a.bin", "x/b.bin", "onnx/c.bin", "x/onnx/d", "#e"].filter(wanted)).toEqual(taken);
});

test.each([
  ["./w", "file://./w"],
  ["w/", "file://./w"],
  ["file://./w//x", "file://./w/x"],
  ["/abs", "file:///abs"],
  ["file:///abs", "file:///abs"],
  ["hf://a/b", "hf://a/b"],
  ["huggingface://a/b@main", "hf://a/b"],
  ["hf://a/b@refs/pr/1", "hf://a/b@refs/pr/1"],
  ["https://h/a%20b?x=1", "https://h/a%20b?x=1"],
])("%s is written %s", (uri, normal) => expect(parseSourceUri(uri).normal).toBe(normal));

test.each([
  [".", "must name a directory below the project"],
  ["../w", "'..' is not allowed"],
  ["hf://a", "expected hf://ORG/REPO"],
  ["https://h/", "must end in the name of a file"],
  ["https://me:pw@h/x", 'invalid weight source "https://h/x": must not hold a user or a password'],
  ["gs://x/y", 'unsupported weight source scheme "gs" in URI "gs://x/y"'],
])("%s is refused", (uri, why) => expect(() => parseSourceUri(uri)).toThrow(why));

test.each(["", "/a", "a/../b", "./a", "a//b", "a\\b", "a\nb", ".cog/ready"])("%j is no path of a weight", (path) => {
  expect(pathProblem(path)).toBeDefined();
});

const other = { ...config, name: "other", target: "/src/o" };
test.each([
  ["nothing is imported", [config], undefined, ['"base": not imported yet']],
  ["all is the same, patterns in another order", [config], lock, []],
  ["a target with a slash more", [{ ...config, target: "/src//w/" }], lock, []],
  ["another target", [{ ...config, target: "/src/x" }], lock, ['"base": target is /src/x, was /src/w']],
  [
    "another source",
    [{ ...config, sources: [{ uri: "hf://a/b", include: [], exclude: [] }] }],
    lock,
    ['"base": source is hf://a/b, was file://./w'],
  ],
  [
    "other patterns",
    [{ ...config, sources: [{ uri: "w", include: ["x"], exclude: [] }] }],
    lock,
    ['"base": include or exclude changed'],
  ],
  ["another weight", [other], lock, ['"other": not imported yet', '"base": no longer in cog.yaml']],
])("drift: %s", (_, weights, locked, drifts) => {
  expect(driftOf(weights, locked).map(({ name, why }) => `"${name}": ${why}`)).toEqual(drifts);
});

test.each([
  [[config], undefined, "pending"],
  [[config], lock, "incomplete"],
  [[{ ...config, target: "/x" }], lock, "stale"],
  [[], lock, "orphaned"],
] as const)("status %#: %s", (weights, locked, state) => {
  expect(statusOf(weights, locked, new Set())).toMatchObject([{ name: "base", status: state }]);
});

test("a weight is ready when the registry has its layers", () => {
  const two = {
    ...base,
    sources: [...base.sources, { uri: "hf://a/b", fingerprint: "commit:1", include: [], exclude: [] }],
  };
  const wanted = { ...config, sources: [...config.sources, { uri: "hf://a/b", include: [], exclude: [] }] };
  expect(statusOf([wanted], { ...lock, weights: [two] }, new Set([sha("layer")]))).toMatchObject([
    {
      status: "ready",
      layerCount: 1,
      fileCount: 2,
      source: { uri: "file://./w (+1 more)" },
      layers: [{ status: "ready" }],
    },
  ]);
});

test.each([
  ["new", undefined, [sha("w")], ["+ base  file://./w → /src/w", "  status: new"]],
  ["unchanged", lock, [sha("w")], ["= base  file://./w → /src/w", "  status: unchanged"]],
  [
    "upstream-changed",
    lock,
    [sha("v")],
    [
      "~ base  file://./w → /src/w",
      "  status: upstream-changed",
      `  changed: file://./w: ${sha("w").slice(0, 19)} → ${sha("v").slice(0, 19)}`,
    ],
  ],
])("plan: %s", (status, locked, fingerprints, lines) => {
  const [plan] = planImport([config], locked, new Map([["base", fingerprints]]));
  expect(plan?.status).toBe(status);
  expect(plan && planLines(plan)).toEqual(lines);
});

test("plan: config-changed wins over what the source says", () => {
  expect(planImport([{ ...config, target: "/x" }], lock, new Map())).toMatchObject([
    { status: "config-changed", changed: ["target is /x, was /src/w"] },
  ]);
});

test.each([
  [13, "13B"],
  [1024, "1.0KB"],
  [2.5 * MIB, "2.5MB"],
  [31.2 * 1024 * MIB, "31.2GB"],
  [5000 * 1024 * MIB, "5000.0GB"],
])("%d bytes are %s", (bytes, text) => expect(weightSize(bytes)).toBe(text));

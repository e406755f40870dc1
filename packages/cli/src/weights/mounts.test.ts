import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeLock } from "./lock.ts";
import { type MountRequest, mountWeights } from "./mounts.ts";
import { WeightStore } from "./store.ts";

const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const OTHER_DISK = "/dev/shm";

let projectDirectory = "";
let cacheDirectory = "";
const warnings: string[] = [];
beforeEach(() => {
  projectDirectory = realpathSync(mkdtempSync(join(tmpdir(), "cog-mounts-")));
  cacheDirectory = join(projectDirectory, "cache");
  warnings.length = 0;
});
afterEach(() => rmSync(projectDirectory, { recursive: true }));

/** A project whose one weight has the file `sub/a`. */
async function imported(target: string, change: Partial<MountRequest> = {}): Promise<MountRequest> {
  const request: MountRequest = {
    projectDirectory,
    weights: [{ name: "base", target, sources: [{ uri: "w", include: [], exclude: [] }] }],
    cacheDirectory,
    copies: false,
    isKept: () => false,
    shown: "in-place",
    warn: (message) => void warnings.push(message),
    ...change,
  };
  async function* content() {
    yield Buffer.from("text");
  }
  const { digest, size } = await new WeightStore(request.cacheDirectory).put(content(), { what: "a" });
  const layer = sha("layer");
  writeLock(projectDirectory, {
    version: 1,
    envelopeFormat: sha("envelope"),
    weights: [
      {
        name: "base",
        target,
        sources: [{ uri: "file://./w", fingerprint: sha("w"), include: [], exclude: [] }],
        importedAt: "2026-01-02T03:04:05Z",
        digest: sha("manifest"),
        setDigest: sha("set"),
        size,
        sizeCompressed: 1,
        files: [{ path: "sub/a", size, digest, layer }],
        layers: [{ digest: layer, mediaType: "x", size: 1, sizeUncompressed: size }],
      },
    ],
  });
  return request;
}

const mounted = () => readdirSync(join(projectDirectory, ".cog/mounts"));

test("a container is given hard links, and a place in the project to mount them on", async () => {
  const mounts = await mountWeights(await imported("/src/deep/base/", { shown: "elsewhere" }));
  const [folder] = mounts.folders;
  expect(folder).toMatchObject({ target: "/src/deep/base", readOnly: true });
  expect(folder?.source).toMatch(/\.cog\/mounts\/[0-9a-f]{16}\/base$/);
  const file = statSync(join(folder?.source ?? "", "sub/a"));
  expect([file.nlink, file.mode & 0o222]).toEqual([2, 0]);
  expect(readdirSync(join(projectDirectory, "deep/base"))).toEqual([]);
  mounts.remove();
  expect([existsSync(join(projectDirectory, "deep")), mounted()]).toEqual([false, []]);
});

test("what somebody put beside a place stays", async () => {
  const mounts = await mountWeights(await imported("/src/deep/base", { shown: "elsewhere" }));
  writeFileSync(join(projectDirectory, "deep/mine"), "");
  mounts.remove();
  expect(readdirSync(join(projectDirectory, "deep"))).toEqual(["mine"]);
});

describe("without containers", () => {
  test("a link leads from the project to the files", async () => {
    const mounts = await mountWeights(await imported("/src/deep/base"));
    expect(readFileSync(join(projectDirectory, "deep/base/sub/a"), "utf8")).toBe("text");
    mounts.remove();
    expect([existsSync(join(projectDirectory, "deep")), mounted()]).toEqual([false, []]);
  });

  test("a directory of the project's own is left alone", async () => {
    mkdirSync(join(projectDirectory, "base"));
    writeFileSync(join(projectDirectory, "base/mine"), "");
    (await mountWeights(await imported("/src/base"))).remove();
    expect(readdirSync(join(projectDirectory, "base"))).toEqual(["mine"]);
  });

  test("targets that only a container can have are told", async () => {
    (await mountWeights(await imported("/opt/base"))).remove();
    expect(warnings).toMatchObject([expect.stringContaining("/opt/base")]);
  });
});

test.each([
  ["of a process that is gone", { pid: 2 ** 30, kept: null }, false],
  ["of a process that runs", { pid: process.pid, kept: null }, true],
  ["of a model that is kept", { pid: 2 ** 30, kept: "up" }, true],
  ["of a model that was kept", { pid: 2 ** 30, kept: "down" }, false],
])("mounts %s", async (_, owner, stays) => {
  const request = await imported("/src/base", { isKept: (id) => id === "up" });
  await mountWeights(request);
  const [name = ""] = mounted();
  const record = join(projectDirectory, ".cog/mounts", name, ".owner");
  writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, "utf8")), ...owner }));
  const next = await mountWeights(request);
  expect(mounted().includes(name)).toBe(stays);
  // Its link was taken away with it, or replaced.
  expect(readFileSync(join(projectDirectory, "base/sub/a"), "utf8")).toBe("text");
  next.remove();
});

test.each(["elsewhere", "in-place"] as const)(
  "two models at once, %s: what both need stays until both are gone",
  async (shown) => {
    const request = await imported("/src/deep/base", { shown });
    const path = join(projectDirectory, "deep/base");
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const both = [await mountWeights(request), await mountWeights(request)];
      if (shown === "in-place") expect(readlinkSync(path)).toBe(both[1]?.folders[0]?.source);
      both[order[0]]?.remove();
      expect(existsSync(shown === "elsewhere" ? path : join(path, "sub/a"))).toBe(true);
      both[order[1]]?.remove();
      expect([existsSync(join(projectDirectory, "deep")), mounted()]).toEqual([false, []]);
    }
  },
);

test("a file that is not on this machine is named, and so is the way to get it", async () => {
  const request = await imported("/src/base");
  rmSync(cacheDirectory, { recursive: true });
  await expect(mountWeights(request)).rejects.toThrow(
    `weight "base" is not fully cached locally (missing sub/a); run 'cog weights pull' first`,
  );
});

const isOther = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;
test.skipIf(!isOther)("a cache on another disk is refused, unless files may be copied", async () => {
  const other = mkdtempSync(join(OTHER_DISK, "cog-mounts-"));
  try {
    const request = await imported("/src/base", { cacheDirectory: other });
    await expect(mountWeights(request)).rejects.toMatchObject({ hint: expect.stringContaining("COG_CACHE_DIR") });
    expect(mounted()).toEqual([]);
    const mounts = await mountWeights({ ...request, copies: true });
    expect(readFileSync(join(projectDirectory, "base/sub/a"), "utf8")).toBe("text");
    mounts.remove();
  } finally {
    rmSync(other, { recursive: true });
  }
});

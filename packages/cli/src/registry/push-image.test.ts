/** Images from a directory to a registry: needs one of those of .ci/run. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answer, type Fault, faultProxy } from "#testing";
import { type Descriptor, digestOf, openRegistry, PushMemory, type Registry, readLayout, Transport } from "./index.ts";
import { findLayers, type ImagePush, type LayersThere, pushImageLayout } from "./push-image.ts";

const {
  TEST_REGISTRY: REGISTRY = "",
  TEST_REGISTRY_USER: username = "ada",
  TEST_REGISTRY_PASSWORD: password = "secret",
} = process.env;
const needsRegistry = test.skipIf(REGISTRY === "");

const { signal } = new AbortController();
let directory = "";
const cleanups: (() => Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-layout-"));
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  rmSync(directory, { recursive: true });
});

const hex = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const LARGE = Buffer.concat([randomBytes(300_000), Buffer.alloc(100_000)]);
const LAYERS = [Buffer.from("base"), LARGE, Buffer.alloc(0), Buffer.from("base")];
const DIFF_IDS = LAYERS.map((bytes) => `sha256:${hex(bytes)}`);
const CONFIG = Buffer.from(JSON.stringify({ os: "linux", rootfs: { type: "layers", diff_ids: DIFF_IDS } }));

/** As Docker 25 and newer save it: an OCI layout whose layers are not compressed. */
function layout(without: readonly string[] = []): string {
  const at = join(directory, randomUUID());
  mkdirSync(join(at, "blobs/sha256"), { recursive: true });
  const keep = (bytes: Uint8Array, mediaType: string): Descriptor => {
    if (!without.includes(`sha256:${hex(bytes)}`)) writeFileSync(join(at, "blobs/sha256", hex(bytes)), bytes);
    return { mediaType, digest: `sha256:${hex(bytes)}`, size: bytes.length };
  };
  const manifest = {
    schemaVersion: 2,
    config: keep(CONFIG, "application/vnd.oci.image.config.v1+json"),
    layers: LAYERS.map((layer) => keep(layer, "application/vnd.oci.image.layer.v1.tar")),
  };
  const attestation = keep(Buffer.from("{}"), "application/vnd.oci.image.manifest.v1+json");
  const image = keep(Buffer.from(JSON.stringify(manifest)), "application/vnd.oci.image.manifest.v1+json");
  const manifests = [{ ...attestation, platform: { os: "unknown", architecture: "unknown" } }, image];
  writeFileSync(join(at, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  return at;
}

/** As older ones do. */
function oldLayout(): string {
  const at = join(directory, randomUUID());
  const names = LAYERS.map((bytes, index) => {
    mkdirSync(join(at, `${index}`), { recursive: true });
    writeFileSync(join(at, `${index}/layer.tar`), bytes);
    return `${index}/layer.tar`;
  });
  writeFileSync(join(at, "config.json"), CONFIG);
  writeFileSync(join(at, "manifest.json"), JSON.stringify([{ Config: "config.json", RepoTags: [], Layers: names }]));
  return at;
}

async function started(faults: readonly Fault[] = []) {
  const proxy = await faultProxy(REGISTRY, faults);
  const transport = new Transport({ insecureHosts: [] });
  cleanups.push(
    async () => await proxy.close(),
    async () => await transport.close(),
  );
  const registry = openRegistry({
    host: proxy.host,
    transport,
    credentials: { kind: "password", username, password },
    limits: { thresholdBytes: 100_000, chunkBytes: 100_000 },
    retry: { attempts: 5, baseMs: 1 },
  });
  return { registry, log: proxy.log };
}

function pushing(registry: Registry, repository: string, overrides: Partial<ImagePush> = {}): ImagePush {
  const memory = new PushMemory(join(directory, "memory"));
  return { registry, repository, memory, compression: "gzip", signal, concurrency: 3, ...overrides };
}

const push = async (at: string, to: ImagePush, there: LayersThere = new Map()) =>
  await pushImageLayout({ image: readLayout(at), there, tag: "v1", scratch: directory }, to);

/** Config and layers, as anybody would read them. */
async function pulled(registry: Registry, repository: string) {
  const manifest = await registry.getManifest(repository, "v1", { signal });
  const { config, layers } = JSON.parse(Buffer.from(manifest?.bytes ?? "{}").toString()) as {
    config: Descriptor;
    layers: Descriptor[];
  };
  const read = async (descriptor: Descriptor) => {
    const parts: Uint8Array[] = [];
    for await (const part of registry.openBlob(repository, descriptor, { signal })) parts.push(part);
    return Buffer.concat(parts);
  };
  return { config: await read(config), layers: await Promise.all(layers.map(read)), types: layers };
}

const count = (log: readonly string[], line: string) => log.filter((one) => one === line).length;

needsRegistry.each([
  ["an OCI layout", layout],
  ["an archive of an older Docker", oldLayout],
])("%s arrives whole: layers compressed, one twice, one empty", async (_, made) => {
  const { registry } = await started([{ at: "PATCH uploads", only: [2], cutAfter: 10_000 }]);
  const repository = `ada/${randomUUID()}`;
  const pushed = await push(made(), pushing(registry, repository));
  const { config, layers, types } = await pulled(registry, repository);
  expect(config.equals(CONFIG)).toBe(true);
  expect(layers.map((layer) => digestOf(gunzipSync(layer)))).toEqual(DIFF_IDS);
  expect(new Set(types.map(({ mediaType }) => mediaType))).toEqual(
    new Set(["application/vnd.oci.image.layer.v1.tar+gzip"]),
  );
  expect(await registry.headManifest(repository, "v1", { signal })).toEqual(pushed);
});

needsRegistry("what is there is neither exported, compressed nor sent again", async () => {
  const { registry, log } = await started();
  const repository = `ada/${randomUUID()}`;
  const first = await push(layout(), pushing(registry, repository));
  log.length = 0;
  const to = pushing(registry, repository);
  const there = await findLayers(DIFF_IDS, to);
  expect([...there.keys()].toSorted()).toEqual([...new Set(DIFF_IDS)].toSorted());
  expect(await push(layout(DIFF_IDS), to, there)).toEqual(first);
  expect(log.filter((line) => line.endsWith("uploads"))).toEqual([]);

  const other = pushing(registry, `ada/${randomUUID()}`);
  expect((await findLayers(DIFF_IDS, other)).size, "mounted from the first repository").toBe(3);
  expect(count(log, "PUT uploads")).toBe(0);
});

needsRegistry("a layer that went meanwhile is sent again", async () => {
  const { registry, log } = await started();
  const repository = `ada/${randomUUID()}`;
  await push(layout(), pushing(registry, repository));
  const lying = await started([{ at: "HEAD blobs", instead: answer(200, { "content-length": "1" }) }]);
  const elsewhere = pushing(lying.registry, `ada/${randomUUID()}`);
  const there = await findLayers(DIFF_IDS, elsewhere);
  expect(there.size).toBe(3);
  await push(layout(), elsewhere, there);
  expect((await pulled(registry, elsewhere.repository)).layers).toHaveLength(4);
  expect(count(log, "PUT manifests")).toBe(1);
});

needsRegistry("layers can be left as they are", async () => {
  const { registry } = await started();
  const repository = `ada/${randomUUID()}`;
  await push(layout(), pushing(registry, repository, { compression: "none" }));
  expect((await pulled(registry, repository)).layers.map(digestOf)).toEqual(DIFF_IDS);
});

test("a memory that is damaged is none", () => {
  const memory = () => new PushMemory(directory);
  const compressed = { digest: "sha256:bb", size: 3 };
  memory().rememberCompressed("sha256:aa", "gzip", compressed);
  memory().rememberSeen("r.io", "ada/one", ["sha256:bb"], 0);
  memory().rememberSeen("r.io", "ada/two", ["sha256:bb"], 1000);
  expect(memory().compressed("sha256:aa", "gzip")).toEqual(compressed);
  expect(memory().compressed("sha256:aa", "zstd")).toBeUndefined();
  expect(memory().repositoriesWith("r.io", "sha256:bb", "ada/one", 2000)).toEqual(["ada/two"]);
  expect(memory().repositoriesWith("r.io", "sha256:bb", "ada/three", 2000)).toEqual(["ada/two", "ada/one"]);
  expect(memory().repositoriesWith("r.io", "sha256:bb", "ada/three", 100_000_000)).toEqual([]);
  for (const file of ["layers.json", "seen.json"]) {
    expect(JSON.parse(readFileSync(join(directory, file), "utf8"))).not.toEqual({});
    writeFileSync(join(directory, file), '{"half');
  }
  expect(memory().compressed("sha256:aa", "gzip")).toBeUndefined();
  expect(memory().repositoriesWith("r.io", "sha256:bb", "")).toEqual([]);
});

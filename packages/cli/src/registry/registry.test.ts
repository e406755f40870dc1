/** A registry in use, with the troubles of real ones: needs the registries of .ci/run, and puts a proxy of faults before them. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { answer, type Fault, type FaultProxy, faultProxy } from "#testing";
import {
  type BlobSource,
  bytesBlob,
  digestOf,
  fileBlob,
  OCI_MANIFEST,
  openRegistry,
  pushArtifact,
  pushBlobs,
  RegistryError,
  type RegistryOptions,
  Transport,
} from "./index.ts";
import { retryAfterMs } from "./retry.ts";

const {
  TEST_REGISTRY: REGISTRY = "",
  TEST_TOKEN_REGISTRY: TOKEN_REGISTRY = "",
  TEST_REGISTRY_USER: username = "ada",
  TEST_REGISTRY_PASSWORD: password = "secret",
} = process.env;

const { signal } = new AbortController();
const credentials = { kind: "password", username, password } as const;
const limits = { thresholdBytes: 100_000, chunkBytes: 100_000 };
const retry = { attempts: 5, baseMs: 1 };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

function open(host: string, options: Partial<RegistryOptions> = {}) {
  const transport = new Transport({ insecureHosts: [] });
  cleanups.push(async () => await transport.close());
  return openRegistry({ host, transport, credentials, limits, retry, ...options });
}

async function proxied(faults: readonly Fault[], registry = REGISTRY): Promise<FaultProxy> {
  const proxy = await faultProxy(registry, faults);
  cleanups.push(async () => await proxy.close());
  return proxy;
}

const someRepository = () => `ada/${randomUUID()}`;
const blobOf = (size: number): BlobSource & { readonly bytes: Buffer } => {
  const bytes = randomBytes(size);
  return { ...bytesBlob(bytes), bytes };
};

async function read(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

describe.skipIf(REGISTRY === "" || TOKEN_REGISTRY === "")("a registry", () => {
  test.each([
    ["a password", REGISTRY],
    ["a token", TOKEN_REGISTRY],
  ])("that wants %s keeps what it is given", async (_, host) => {
    const registry = open(host);
    const [repository, other] = [someRepository(), someRepository()];
    const [empty, small, large] = [blobOf(0), blobOf(1), blobOf(350_000)];
    expect(await registry.headBlob(repository, large.digest, { signal })).toBeUndefined();
    for (const blob of [empty, small, large]) {
      expect(await registry.pushBlob(repository, blob, { signal })).toBe("uploaded");
      expect(await registry.headBlob(repository, blob.digest, { signal })).toBe(blob.size);
      expect((await read(registry.openBlob(repository, blob, { signal }))).equals(blob.bytes)).toBe(true);
    }
    expect(await registry.pushBlob(repository, large, { signal })).toBe("exists");
    const mountFrom = [someRepository(), repository];
    expect(await registry.pushBlob(other, large, { signal, mountFrom })).toBe("mounted");

    expect(await registry.getManifest(repository, "v1", { signal })).toBeUndefined();
    expect(await registry.headManifest(repository, "v1", { signal })).toBeUndefined();
    const bytes = Buffer.from(JSON.stringify(manifestOf(small, [large, empty])));
    const descriptor = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
    const put = { bytes, mediaType: OCI_MANIFEST };
    for (const reference of ["v1", "v2"])
      expect(await registry.putManifest(repository, { ...put, reference }, { signal })).toEqual(descriptor);
    expect(await registry.headManifest(repository, "v1", { signal })).toEqual(descriptor);
    for (const reference of ["v2", descriptor.digest])
      expect(await registry.getManifest(repository, reference, { signal })).toEqual({ descriptor, bytes });
    const tags: string[] = [];
    for await (const tag of registry.tags(repository, { signal })) tags.push(tag);
    expect(tags).toEqual(["v1", "v2"]);
  });

  const later = { "retry-after": "0" };
  const relative: Fault["headers"] = (headers) => ({
    ...headers,
    location: (headers.location ?? "").replace(/^http:\/\/[^/]*/, ""),
  });
  const limit = (name: string, value: string): Fault => ({
    at: "POST uploads",
    headers: (headers) => ({ ...headers, [name]: value }),
  });
  const WHOLE = ["HEAD blobs", "POST uploads", "PUT uploads"];
  const CHUNKS = ["HEAD blobs", "POST uploads", "PATCH uploads", "PATCH uploads", "PATCH uploads", "PUT uploads"];

  /** The stock registry forgets a session whose answer was lost; others tell where it is. */
  function rememberedChunk(): Fault[] {
    let location = "";
    const remember: Fault["headers"] = (headers) => {
      location = headers.location ?? "";
      return headers;
    };
    const tell: Fault["instead"] = (passing) => answer(204, { location, range: "0-199999" })(passing);
    return [
      { at: "PATCH uploads", only: [2], headers: remember, dropAnswer: true },
      { at: "GET uploads", instead: tell },
    ];
  }

  test.each<[string, number, Fault[], readonly string[] | undefined]>([
    ["nothing, in one piece", 100_000, [], WHOLE],
    ["nothing, in chunks", 250_000, [], CHUNKS],
    ["too many requests", 10, [{ at: "POST uploads", only: [1], instead: answer(429, later) }], undefined],
    ["a proxy without its registry", 10, [{ at: "HEAD blobs", only: [1, 2], instead: answer(502) }], undefined],
    [
      "a piece that is cut off",
      90_000,
      [{ at: "PUT uploads", only: [1], cutAfter: 20_000 }],
      [...WHOLE, "DELETE uploads", ...WHOLE],
    ],
    [
      "an answer that is lost",
      10,
      [{ at: "PUT uploads", only: [1], dropAnswer: true }],
      [...WHOLE, "DELETE uploads", "HEAD blobs"],
    ],
    [
      "a chunk that is cut off, which ends the session",
      250_000,
      [{ at: "PATCH uploads", only: [2], cutAfter: 20_000 }],
      undefined,
    ],
    [
      "a chunk that arrived, and a registry that still knows it",
      250_000,
      rememberedChunk(),
      [...CHUNKS.slice(0, 4), "GET uploads", ...CHUNKS.slice(4)],
    ],
    [
      "a chunk that arrived, and a registry that knows nothing of it any more",
      250_000,
      [{ at: "PATCH uploads", only: [2], dropAnswer: true }],
      [...CHUNKS.slice(0, 4), "GET uploads", "DELETE uploads", ...CHUNKS],
    ],
    [
      "sessions that break again and again, until it goes in one piece",
      250_000,
      [{ at: "PATCH uploads", cutAfter: 20_000 }],
      undefined,
    ],
    [
      "a relative Location",
      250_000,
      [
        { at: "POST uploads", headers: relative },
        { at: "PATCH uploads", headers: relative },
      ],
      CHUNKS,
    ],
    [
      "no word about what arrived",
      250_000,
      [{ at: "PATCH uploads", headers: ({ range: _, ...headers }) => headers }],
      CHUNKS,
    ],
    [
      "less than was sent",
      250_000,
      [{ at: "PATCH uploads", only: [1], headers: (headers) => ({ ...headers, range: "0-9" }) }],
      [...CHUNKS.slice(0, 3), "DELETE uploads", ...CHUNKS],
    ],
    [
      "chunks refused",
      250_000,
      [{ at: "PATCH uploads", instead: answer(416) }],
      [...CHUNKS.slice(0, 3), "DELETE uploads", ...WHOLE],
    ],
    ["a limit to chunks", 90_000, [limit("oci-chunk-max-length", `${65_536 + 30_000}`)], WHOLE],
    [
      "a limit to what is one piece otherwise",
      90_000,
      [limit("oci-chunk-max-length", `${65_536 + 30_000 - 6000}`)],
      undefined,
    ],
    ["a least size of chunks", 250_000, [limit("oci-chunk-min-length", "240000")], CHUNKS.toSpliced(2, 1)],
  ])("is pushed to through %s", async (_, size, faults, requests) => {
    const proxy = await proxied(faults);
    const repository = someRepository();
    const blob = blobOf(size);
    const seen: number[] = [];
    const push = open(proxy.host).pushBlob(repository, blob, { signal, onProgress: (at) => seen.push(at) });
    await expect(push).resolves.toBe("uploaded");
    // The first request learns that a password is wanted.
    if (requests !== undefined) expect(proxy.log.slice(1)).toEqual(requests);
    expect(seen.at(-1)).toBe(size);
    expect((await read(open(REGISTRY).openBlob(repository, blob, { signal }))).equals(blob.bytes)).toBe(true);
  });

  test("is read on from where the connection broke", async () => {
    const repository = someRepository();
    const blob = blobOf(300_000);
    await open(REGISTRY).pushBlob(repository, blob, { signal });
    for (const only of [[2], [2, 3, 4]]) {
      const proxy = await proxied([{ at: "GET blobs", only, cutAnswerAfter: 70_000 }]);
      expect((await read(open(proxy.host).openBlob(repository, blob, { signal }))).equals(blob.bytes)).toBe(true);
      expect(proxy.headers.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    }
    const withoutRanges = await proxied([
      { at: "GET blobs", only: [2], cutAnswerAfter: 70_000 },
      { at: "GET blobs", only: [3], instead: ({ response }) => void response.writeHead(200).end(blob.bytes) },
    ]);
    expect((await read(open(withoutRanges.host).openBlob(repository, blob, { signal }))).equals(blob.bytes)).toBe(true);
  });

  test("is read in parts: several at once, each read on from where it broke, and as one where there are no ranges", async () => {
    const repository = someRepository();
    const blob = blobOf(1_000_000);
    await open(REGISTRY).pushBlob(repository, blob, { signal });
    const parts = { bytes: 150_000, atOnce: 3 };
    const whole: Fault["instead"] = ({ response }) => void response.writeHead(200).end(blob.bytes);
    for (const faults of [
      [{ at: "GET blobs", only: [2, 4, 5, 8], cutAnswerAfter: 20_000 }],
      [{ at: "GET blobs", instead: whole }],
    ]) {
      const proxy = await proxied(faults);
      const content = open(proxy.host).openBlobInParts(repository, blob, { signal, parts });
      expect((await read(content)).equals(blob.bytes)).toBe(true);
    }
    const wrong = await proxied([
      { at: "GET blobs", instead: ({ response }) => void response.writeHead(200).end("x") },
    ]);
    const content = open(wrong.host).openBlobInParts(repository, blob, { signal, parts });
    await expect(read(content)).rejects.toMatchObject({ failure: "corrupt" });
  });

  test("that sends something else is not believed", async () => {
    const repository = someRepository();
    const blob = blobOf(1000);
    const other: Fault["instead"] = ({ response }) => void response.writeHead(200).end(randomBytes(1000));
    const proxy = await proxied([
      { at: "GET blobs", instead: other },
      { at: "GET manifests", instead: other },
    ]);
    const corrupt = { failure: "corrupt", message: expect.stringContaining(blob.digest) };
    await expect(read(open(proxy.host).openBlob(repository, blob, { signal }))).rejects.toMatchObject(corrupt);
    await expect(open(proxy.host).getManifest(repository, blob.digest, { signal })).rejects.toMatchObject(corrupt);
  });

  test("may have its blobs elsewhere, and nobody there is told who we are", async () => {
    const blob = blobOf(1000);
    const told: (string | undefined)[] = [];
    const storage = createServer(({ headers }, response) => {
      told.push(headers.authorization);
      response.end(blob.bytes);
    }).listen(0, "127.0.0.1");
    cleanups.push(() => void storage.close());
    await once(storage, "listening");
    const location = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/bucket?signature=x`;
    const proxy = await proxied([{ at: "GET blobs", only: [2], instead: answer(307, { location }) }]);
    const registry = open(proxy.host);
    expect((await read(registry.openBlob(someRepository(), blob, { signal }))).equals(blob.bytes)).toBe(true);
    expect(proxy.headers.at(-1)?.authorization).toMatch(/^Basic /);
    expect(told).toEqual([undefined]);
  });

  test("may want uploads elsewhere, and nobody there is told who we are", async () => {
    const blob = blobOf(1000);
    const told: (string | undefined)[] = [];
    const received: Buffer[] = [];
    const storage = createServer((request, response) => {
      told.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      request.on("data", (bytes: Buffer) => received.push(bytes)).on("end", () => response.writeHead(201).end());
    }).listen(0, "127.0.0.1");
    cleanups.push(() => void storage.close());
    await once(storage, "listening");
    const location = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/bucket?signature=a%2Bb`;
    const proxy = await proxied([{ at: "POST uploads", headers: (headers) => ({ ...headers, location }) }]);
    expect(await open(proxy.host).pushBlob(someRepository(), blob, { signal })).toBe("uploaded");
    expect(told).toEqual([`PUT /bucket?signature=a%2Bb&digest=${encodeURIComponent(blob.digest)} undefined`]);
    expect(Buffer.concat(received).equals(blob.bytes)).toBe(true);
  });

  test("that says it has a blob, and then does not take the manifest, gets it", async () => {
    const proxy = await proxied([{ at: "HEAD blobs", instead: answer(200, { "content-length": "10" }) }]);
    const repository = someRepository();
    const [config, layer] = [blobOf(10), blobOf(250_000)];
    const manifest = Buffer.from(JSON.stringify(manifestOf(config, [layer])));
    const artifact = { blobs: [config, layer, layer].map((source) => ({ source })), manifest, mediaType: OCI_MANIFEST };
    const options = { signal, concurrency: 3 };
    const pushed = await pushArtifact(open(proxy.host), repository, { ...artifact, tag: "v1" }, options);
    expect(await open(REGISTRY).headManifest(repository, "v1", { signal })).toEqual(pushed);
    const taken = proxy.headers.filter(
      ({ authorization }, at) => proxy.log[at] === "PUT manifests" && authorization !== undefined,
    );
    expect(taken).toHaveLength(2);
  });

  test("of which nothing is wanted any more has nothing begun", async () => {
    const abort = new AbortController();
    const proxy = await proxied([{ at: "PATCH uploads", only: [2], instead: () => abort.abort(new Error("enough")) }]);
    const registry = open(proxy.host);
    const pushing = pushBlobs(registry, someRepository(), [blobOf(250_000), blobOf(350_000)].map(asBlob), {
      signal: abort.signal,
      concurrency: 2,
    });
    await expect(pushing).rejects.toThrow("enough");
    const began = proxy.log.filter((line) => line === "POST uploads").length;
    expect(proxy.log.filter((line) => line === "DELETE uploads")).toHaveLength(began);
  });

  test("that refuses one blob ends the push of the others", async () => {
    const no = answer(403, {}, '{"errors": [{"code": "DENIED", "message": "quota"}]}');
    const proxy = await proxied([{ at: "PUT uploads", instead: no }]);
    const blobs = Array.from({ length: 6 }, (_, at) => asBlob(blobOf(1000 + at)));
    const pushing = pushBlobs(open(proxy.host), "ada/model", blobs, { signal, concurrency: 2 });
    await expect(pushing).rejects.toMatchObject({ failure: "denied", message: expect.stringContaining("ada/model") });
    expect(proxy.log.filter((line) => line === "PUT uploads").length).toBeLessThanOrEqual(2);
  });

  test("gets a file as it is, or not at all", async () => {
    const directory = mkdtempSync(join(tmpdir(), "cog-blob-"));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const [file, { bytes, digest, size }] = [join(directory, "blob"), blobOf(250_000)];
    writeFileSync(file, bytes);
    const repository = someRepository();
    expect(await open(REGISTRY).pushBlob(repository, fileBlob(file, { digest, size }), { signal })).toBe("uploaded");
    truncateSync(file, 150_000);
    for (const { host } of [await proxied([]), await proxied([{ at: "PATCH uploads", instead: answer(400) }])]) {
      const pushing = open(host).pushBlob(someRepository(), fileBlob(file, { digest, size }), { signal });
      await expect(pushing).rejects.toMatchObject({ failure: "corrupt", message: expect.stringContaining("changed") });
    }
    const gone = open(REGISTRY).pushBlob(someRepository(), fileBlob(`${file}.gone`, { digest, size }), { signal });
    await expect(gone).rejects.toMatchObject({ failure: "corrupt", message: expect.stringContaining("ENOENT") });
    writeFileSync(file, randomBytes(size));
    const pushing = open(REGISTRY, { limits: { ...limits, thresholdBytes: size } });
    await expect(
      pushing.pushBlob(someRepository(), fileBlob(file, { digest, size }), { signal }),
    ).rejects.toMatchObject({ failure: "corrupt" });
  });

  test("that stays busy is told as that, with what it says", async () => {
    const busy = answer(
      429,
      { "retry-after": "0" },
      '{"errors": [{"code": "TOOMANYREQUESTS", "message": "slow down"}]}',
    );
    const proxy = await proxied([{ at: "GET manifests", instead: busy }]);
    const waits: number[] = [];
    const registry = open(proxy.host, { onRetry: ({ waitMs }) => waits.push(waitMs) });
    const message = expect.stringMatching(/HTTP 429 Too Many Requests: slow down/);
    await expect(registry.getManifest("ada/x", "v1", { signal })).rejects.toMatchObject({ message });
    expect(waits).toEqual([0, 0, 0, 0]);
  });

  test("of tokens is asked for one, and for another when that one is not taken any more", async () => {
    const realmOf = async (): Promise<string> => {
      const response = await fetch(`http://${TOKEN_REGISTRY}/v2/`);
      return /realm="http:\/\/([^/"]*)/.exec(response.headers.get("www-authenticate") ?? "")?.[1] ?? "";
    };
    const realm = await realmOf();
    const tokens = await proxied([], realm);
    const toHere = (headers: Record<string, unknown>) => ({
      ...headers,
      "www-authenticate": String(headers["www-authenticate"] ?? "").replace(realm, tokens.host),
    });
    const expired: Fault = {
      at: "PATCH uploads",
      only: [2],
      instead: answer(401, { "www-authenticate": `Bearer realm="http://${tokens.host}/token",service="cog-test"` }),
    };
    const proxy = await proxied([expired, { at: "HEAD blobs", headers: toHere }], TOKEN_REGISTRY);
    const blobs = [blobOf(250_000), blobOf(350_000), blobOf(10), blobOf(20)];
    const repository = someRepository();
    await pushBlobs(open(proxy.host), repository, blobs.map(asBlob), { signal, concurrency: 4 });
    expect(tokens.log, "one for all, and one more").toHaveLength(2);
    for (const blob of blobs)
      expect(await open(TOKEN_REGISTRY).headBlob(repository, blob.digest, { signal })).toBe(blob.size);

    const nobody = open(TOKEN_REGISTRY, { credentials: undefined }).headBlob(repository, digestOf(""), { signal });
    await expect(nobody).rejects.toBeInstanceOf(RegistryError);
  });
});

test.each([
  ["3", 3000],
  ["999999", 120_000],
  ["Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
  ["Wed, 31 Dec 2025 00:00:10 GMT", 0],
  ["soon", undefined],
  [null, undefined],
])("Retry-After: %s", (header, waitMs) => {
  expect(retryAfterMs(header, Date.parse("2026-01-01T00:00:00Z"))).toBe(waitMs);
});

test("nobody at home is told, after some attempts", async () => {
  const gone = await faultProxy("");
  await gone.close();
  const attempts: number[] = [];
  const registry = open(gone.host, { onRetry: ({ attempt }) => attempts.push(attempt) });
  await expect(registry.headBlob("ada/x", digestOf(""), { signal })).rejects.toMatchObject({ failure: "unreachable" });
  expect(attempts).toEqual([2, 3, 4, 5]);
});

const asBlob = (source: BlobSource) => ({ source });

function manifestOf(config: BlobSource, layers: readonly BlobSource[]) {
  const descriptor = ({ digest, size }: BlobSource, mediaType: string) => ({ mediaType, digest, size });
  return {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((layer) => descriptor(layer, "application/vnd.oci.image.layer.v1.tar")),
  };
}

/** Weights from object storage and from registries, as they are in real ones. */
import { randomBytes, randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { AwsClient } from "aws4fetch";
import { packTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { bytesBlob, OCI_MANIFEST, openRegistry, pushArtifact, Transport } from "#registry";
import { sha, testRegistry, WeightsTrial, weight } from "#testing";

const { host: REGISTRY, credentials } = testRegistry;
const { TEST_S3: S3 = "", TEST_S3_KEY: KEY = "cogtest", TEST_S3_SECRET: SECRET = "cogtestsecret" } = process.env;
const trial = WeightsTrial.perTest();
const local = async (words: string, env: Readonly<Record<string, string>> = {}) =>
  await trial.cog(`weights import --local ${words}`.trim(), env);

interface Lock {
  readonly weights: readonly {
    readonly sources: readonly { readonly uri: string; readonly fingerprint: string }[];
    readonly files: readonly { readonly path: string; readonly size: number; readonly digest: string }[];
  }[];
}

const locked = () => {
  const [first] = (JSON.parse(trial.lockText()) as Lock).weights;
  return {
    files: first?.files.map(({ path }) => path),
    digests: first?.files.map(({ digest }) => digest),
    sources: first?.sources,
  };
};

describe.skipIf(S3 === "")("s3:// (TEST_S3)", { timeout: 240_000 }, () => {
  const env = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET, AWS_ENDPOINT_URL_S3: S3 };
  const client = new AwsClient({ accessKeyId: KEY, secretAccessKey: SECRET, service: "s3", region: "us-east-1" });

  async function put(key: string, content: string | Uint8Array): Promise<void> {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const answer = await client.fetch(`${S3}/cog/${path}`, { method: "PUT", body: content });
    expect(answer.status).toBe(200);
  }

  test("all below a prefix, what changes there, and one object", async () => {
    const prefix = randomUUID();
    const large = randomBytes(300_000);
    await put(`${prefix}/deep/a #1 50% é.txt`, "odd");
    await put(`${prefix}/model.safetensors`, large);
    await put(`${prefix}/notes.md`, "no");
    await put(`${prefix}-beside/x`, "no");
    trial.project(weight("base", `{uri: 's3://cog/${prefix}/', exclude: ['*.md']}`));
    const first = await local("", env);
    expect(first.stderr).toContain(`+ base  s3://cog/${prefix} → /src/base\n  status: new\n  files: 2`);
    expect(first.stderr).toContain("Imported 1 weight(s) into weights.lock; 'cog weights push' sends them.");
    expect(first).toMatchObject({ code: 0, stdout: "" });
    expect(locked()).toMatchObject({
      files: ["deep/a #1 50% é.txt", "model.safetensors"],
      digests: [`sha256:${sha("odd")}`, `sha256:${sha(large)}`],
      sources: [{ uri: `s3://cog/${prefix}`, fingerprint: expect.stringMatching(/^etag:[0-9a-f]{64}$/) }],
    });
    expect(trial.lockText() + first.stderr).not.toContain(SECRET);
    const before = trial.lockText();
    expect((await local("", env)).stderr).toContain("= base");
    expect(trial.lockText()).toBe(before);

    await put(`${prefix}/model.safetensors`, "other");
    expect((await local("", env)).stderr).toContain(`status: upstream-changed\n  changed: s3://cog/${prefix}: etag:`);
    trial.project(weight("base", `{uri: 's3://cog/${prefix}/model.safetensors'}`));
    expect(await local("", env)).toMatchObject({ code: 0 });
    expect(locked()).toMatchObject({ files: ["model.safetensors"], digests: [`sha256:${sha("other")}`] });
  });

  test.each([
    ["s3://nowhere-at-all/x", {}, "there is no bucket nowhere-at-all at "],
    ["s3://cog/x", { AWS_SECRET_ACCESS_KEY: "wrong" }, `does not let the key ${KEY} read it`],
    ["s3://cog/x", { AWS_ACCESS_KEY_ID: "" }, "wants to know who asks"],
    ["s3://cog/none", {}, "s3://cog/none has no files"],
  ])("%s %o: %s", async (uri, changed, why) => {
    trial.project(weight("base", `{uri: '${uri}'}`));
    const { code, stderr } = await local("", { ...env, ...changed });
    expect(stderr).toContain(why);
    expect(stderr).not.toContain(SECRET);
    expect(code).toBe(1);
  });
});

test("s3:// of a storage that does not name all objects is not taken for whole", { timeout: 60_000 }, async () => {
  const listing =
    "<IsTruncated>true</IsTruncated><Contents><Key>x/a</Key><Size>1</Size><ETag>1</ETag></Contents><NextMarker>x/a</NextMarker>";
  const endpoint = await trial.serve((_, response) => response.end(`<ListBucketResult>${listing}</ListBucketResult>`));
  trial.project(weight("base", "{uri: 's3://cog/x'}"));
  const { code, stderr } = await local("", { AWS_ENDPOINT_URL_S3: endpoint });
  expect([code, stderr]).toEqual([1, expect.stringContaining("its listing ends before all objects are named")]);
});

describe.skipIf(REGISTRY === "")("oci:// (TEST_REGISTRY)", { timeout: 240_000 }, () => {
  const blob = (content: Uint8Array) => ({ source: bytesBlob(content) });

  interface Layer {
    readonly content: Uint8Array;
    readonly mediaType: string;
    readonly title?: string;
  }

  /** An image or an artifact of these layers; its name. */
  async function pushed(layers: readonly Layer[]): Promise<string> {
    const repository = `ada/${randomUUID()}`;
    const transport = new Transport({ insecureHosts: [] });
    const registry = openRegistry({ host: REGISTRY, transport, credentials });
    const config = Buffer.from("{}");
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", size: 2, digest: `sha256:${sha(config)}` },
      layers: layers.map(({ content, mediaType, title }) => ({
        mediaType,
        size: content.length,
        digest: `sha256:${sha(content)}`,
        ...(title !== undefined && { annotations: { "org.opencontainers.image.title": title } }),
      })),
    };
    const artifact = {
      blobs: [...layers.map(({ content }) => blob(content)), blob(config)],
      manifest: Buffer.from(JSON.stringify(manifest)),
      mediaType: OCI_MANIFEST,
      tag: "v1",
    };
    await pushArtifact(registry, repository, artifact, {
      signal: AbortSignal.timeout(60_000),
      concurrency: 2,
    });
    await transport.close();
    return `${REGISTRY}/${repository}:v1`;
  }

  const image = async (...layers: readonly Readonly<Record<string, string | null>>[]) =>
    await pushed(
      await Promise.all(
        layers.map(async (files) => {
          const entries = Object.entries(files).map(([name, body]) =>
            body === null
              ? { header: { name, size: 0, type: "symlink" as const, linkname: "elsewhere" } }
              : { header: { name, size: Buffer.byteLength(body), type: "file" as const }, body },
          );
          const content = gzipSync(await packTar(entries));
          return { content, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip" };
        }),
      ),
    );

  test("another model's weight, without its packing being read for a look", async () => {
    trial.write("w/a", randomBytes(1000));
    trial.write("w/deep/b", randomBytes(1000));
    const model = `${REGISTRY}/ada/${randomUUID()}`;
    trial.project(weight("base", "{uri: w}"), model);
    expect(await trial.cog("weights import")).toMatchObject({ code: 0 });
    const { digests } = locked();
    const listed = JSON.parse((await trial.cog("weights list --json")).stdout);
    expect(listed).toMatchObject({ repository: model, weights: [{ name: "base", fileCount: 2, layerCount: 1 }] });
    const uri = `oci://${model}:${listed.weights[0].tag}`;
    // Nothing but the registry has them.
    trial.write("weights.lock", '{"version": 1, "envelopeFormat": "", "weights": []}');
    trial.project(weight("copy", `{uri: '${uri}', include: [deep/]}`));
    const env = { XDG_CACHE_HOME: trial.path("another") };
    expect((await local("--dry-run", env)).stderr).toContain("files: 1  size: 1000B");
    expect(await local("", env)).toMatchObject({ code: 0 });
    expect(locked()).toMatchObject({ files: ["deep/b"], digests: [digests?.[1]], sources: [{ uri }] });
  });

  test("layers that are files, and the files of an image's layers", async () => {
    const content = randomBytes(1000);
    const mediaType = "application/octet-stream";
    const artifact = await pushed([
      { content, mediaType, title: "dir/model.gguf" },
      { content: Buffer.from("x"), mediaType, title: "x" },
    ]);
    const base = await image(
      { "opt/a": "old", "opt/gone": "gone", "opt/dir/one": "1", "etc/link": null },
      { "opt/a": "new", "opt/.wh.gone": "", "opt/dir/.wh..wh..opq": "", "opt/dir/two": "2" },
    );
    trial.project(weight("base", `[{uri: 'oci://${artifact}'}, {uri: 'oci://${base}', include: [opt/]}]`));
    expect(await local("")).toMatchObject({ code: 0 });
    expect(locked()).toMatchObject({
      files: ["dir/model.gguf", "opt/a", "opt/dir/two", "x"],
      digests: [content, "new", "2", "x"].map((one) => `sha256:${sha(one)}`),
    });
    trial.project(weight("base", `{uri: 'oci://${base}'}`));
    const refused = await local("");
    expect(refused.stderr).toContain(`Cannot import oci://${base}: etc/link is a symbolic link`);
    expect(refused.code).toBe(1);
    trial.project(weight("base", `{uri: 'oci://${base.replace("v1", "v2")}'}`));
    expect((await local("")).stderr).toContain("has no v2");
  });
});

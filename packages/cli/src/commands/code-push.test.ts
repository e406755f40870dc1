/** `cog push` where only the code changed: against a registry, and without any engine. */
import { randomBytes, randomUUID } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ENVIRONMENT_LABEL, WEIGHT_ARTIFACT_TYPE } from "@cog/core/wire";
import { unpackTar } from "modern-tar";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readProjectCode } from "#build";
import { openProject } from "#project";
import {
  bytesBlob,
  type Descriptor,
  DOCKER_MANIFEST,
  digestOf,
  fileBlob,
  OCI_INDEX,
  OCI_MANIFEST,
  openRegistry,
  pushArtifact,
  type Registry,
  readLayout,
  Transport,
  type TreeEntry,
  writeCanonicalLayer,
} from "#registry";
import type { Reporter } from "#report";
import { readSettings } from "#settings";
import { answer, type Fault, type FaultProxy, faultProxy } from "#testing";
import { build } from "./build.ts";
import { readForImage } from "./building.ts";
import type { AnyCommand, CommandContext } from "./command.ts";
import { parseCall } from "./parse.ts";
import { push } from "./push.ts";

const {
  TEST_REGISTRY: REGISTRY = "",
  TEST_TOKEN_REGISTRY: TOKEN_REGISTRY = "",
  TEST_REGISTRY_USER: username = "ada",
  TEST_REGISTRY_PASSWORD: password = "secret",
} = process.env;

const { signal } = new AbortController();
const transport = new Transport({ insecureHosts: [] });
afterAll(async () => await transport.close());

const MODEL = (answer: string) => `from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, name: str) -> str:
        return ${answer}
`;

let directory = "";
let repository = "";
let proxy: FaultProxy;
let said: string[] = [];
beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-code-")));
  repository = `ada/${randomUUID()}`;
  said = [];
  // Neither Docker nor git: nothing but Cog pushes.
  vi.stubEnv("PATH", join(directory, "bin"));
  write("project/cog.yaml", 'build:\n  python_version: "3.11"\nrun: run.py:Runner\n');
  write("project/run.py", MODEL("name"));
  proxy = await proxied();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
  for (const one of proxies.splice(0)) await one.close();
});

const proxies: FaultProxy[] = [];
async function proxied(faults: readonly Fault[] = [], registry = REGISTRY): Promise<FaultProxy> {
  const made = await faultProxy(registry, faults);
  proxies.push(made);
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const auths = Object.fromEntries(proxies.map(({ host }) => [host, { auth }]));
  write("docker/config.json", JSON.stringify({ auths }));
  return made;
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

const report = {
  ...{ info: (text: string) => said.push(text), warn: (text: string) => said.push(`warning: ${text}`) },
  ...{ debug: () => undefined, output: () => undefined },
  step: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
} as unknown as Reporter;

function contextIn(project: string, stdout: string[] = [], env: Readonly<Record<string, string>> = {}): CommandContext {
  const settings = readSettings({ HOME: directory, DOCKER_CONFIG: join(directory, "docker"), ...env });
  return {
    ...{ workingDirectory: join(directory, project), settings, report, signal },
    stdout: { write: (text) => void stdout.push(String(text)), isTerminal: false },
    showError: () => undefined,
    readStdin: async () => "",
    global: { debug: false, engine: undefined, registry: undefined },
  };
}

interface Result {
  readonly digest: string;
  readonly pushed: "image" | "code" | "nothing";
  readonly warnings: readonly string[];
  readonly refs: Readonly<Record<string, string>>;
}

/** @returns the document that scripts get */
async function cogPush(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  project = "project",
): Promise<Result> {
  const stdout: string[] = [];
  const command: AnyCommand = push;
  await command.run(parseCall(command, [...words, "--json"]), contextIn(project, stdout, env));
  return JSON.parse(stdout.join("")) as Result;
}

const at = (tag: string, { host } = proxy) => `${host}/${repository}:${tag}`;

const open = (host: string): Registry =>
  openRegistry({ host, transport, credentials: { kind: "password", username, password } });

interface MadeImage {
  readonly labels?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** From the base up: what made the layer, and what is in it. */
  readonly layers: readonly (readonly [createdBy: string, tree: readonly TreeEntry[]])[];
  readonly tag?: string;
}

const file = (path: string, content: string | Uint8Array): TreeEntry => {
  const bytes = Buffer.from(content);
  return { kind: "file", path, isExecutable: false, size: bytes.length, content: { bytes } };
};
const BASE = [
  "RUN /bin/sh -c apt-get install everything # buildkit",
  [file("opt/base.bin", randomBytes(2_000_000))],
] as const;

/** An image as a builder would have pushed it. */
async function made({ labels = {}, type = OCI_MANIFEST, layers, tag = "v1" }: MadeImage): Promise<Descriptor> {
  const isDocker = type === DOCKER_MANIFEST;
  const written = [];
  for (const [at, [created_by, tree]] of layers.entries()) {
    const path = join(directory, `layer-${at}`);
    written.push({ created_by, path, ...(await writeCanonicalLayer(tree, path, { time: 5, signal })) });
  }
  const [first, ...others] = written;
  const config = Buffer.from(
    JSON.stringify({
      architecture: "amd64",
      "moby.buildkit.cache.v0": "kept",
      config: {
        Env: ["PATH=/usr/bin", "COG_PREDICT_TYPE_STUB=old.py:Old", "LAST=1"],
        Labels: labels,
        WorkingDir: "/src",
      },
      history: [
        { created_by: first?.created_by },
        { created_by: "WORKDIR /src", empty_layer: true },
        ...others.map(({ created_by }) => ({ created_by })),
        { created_by: 'CMD ["python"]', empty_layer: true },
      ],
      os: "linux",
      rootfs: { type: "layers", diff_ids: written.map(({ diffId }) => diffId) },
    }),
  );
  const mediaType = isDocker
    ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
    : "application/vnd.oci.image.layer.v1.tar+gzip";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: {
        mediaType: isDocker
          ? "application/vnd.docker.container.image.v1+json"
          : "application/vnd.oci.image.config.v1+json",
        ...{ digest: digestOf(config), size: config.length },
      },
      layers: written.map(({ digest, size }) => ({ mediaType, digest, size })),
      annotations: { kept: "yes" },
    }),
  );
  const blobs = [bytesBlob(config), ...written.map(({ path, ...layer }) => fileBlob(path, layer))].map((source) => ({
    source,
  }));
  const artifact = { blobs, manifest, mediaType: type, tag };
  return await pushArtifact(open(REGISTRY), repository, artifact, { signal, concurrency: 3 });
}

/** As `cog build` makes and labels them. */
async function ours(extra: Partial<MadeImage> = {}): Promise<Descriptor> {
  const { environment, labels } = await codeOf();
  return await made({
    layers: [BASE, ["COPY src /src # buildkit", [file("src/run.py", "old"), file("src/gone.py", "gone")]]],
    labels: { ...labels, [ENVIRONMENT_LABEL]: environment?.digest ?? "", "run.cog.pip_freeze": "numpy==1" },
    ...extra,
  });
}

async function codeOf(project = "project") {
  const context = contextIn(project);
  const opened = openProject({ workingDirectory: context.workingDirectory, file: "cog.yaml", report });
  const { weights, schema, concurrency } = await readForImage(opened, { "openapi-schema": undefined }, context);
  const options = { platform: "linux/amd64", ...(concurrency !== undefined && { concurrency }) };
  const request = { project: opened, weights, cogVersion: "1", options, ...(schema !== undefined && { schema }) };
  return await readProjectCode({ ...request, labels: {} }, report);
}

interface Pulled {
  readonly manifest: {
    readonly mediaType: string;
    readonly layers: readonly Descriptor[];
    readonly annotations?: object;
  };
  readonly config: {
    readonly config: { readonly Env: readonly string[]; readonly Labels: Readonly<Record<string, string>> };
    readonly history: readonly {
      readonly created_by: string;
      readonly comment?: string;
      readonly empty_layer?: boolean;
    }[];
    readonly rootfs: { readonly diff_ids: readonly string[] };
  };
  /** Names of what the layers hold, each for itself. */
  readonly files: readonly (readonly string[])[];
  text(path: string): string;
}

async function pulled(reference: string, registry = open(REGISTRY), from = repository): Promise<Pulled> {
  const got = await registry.getManifest(from, reference, { signal });
  const manifest = JSON.parse(Buffer.from(got?.bytes ?? "{}").toString()) as Pulled["manifest"] & {
    config: Descriptor;
  };
  const bytes = async (descriptor: Descriptor) => {
    const parts: Uint8Array[] = [];
    for await (const part of registry.openBlob(from, descriptor, { signal })) parts.push(part);
    return Buffer.concat(parts);
  };
  const config = JSON.parse((await bytes(manifest.config)).toString()) as Pulled["config"];
  const archives = await Promise.all(manifest.layers.map(async (layer) => gunzipSync(await bytes(layer))));
  expect(archives.map(digestOf), "each layer is what the config says").toEqual(config.rootfs.diff_ids);
  expect(config.history.filter(({ empty_layer }) => empty_layer !== true)).toHaveLength(archives.length);
  const trees = await Promise.all(archives.map(async (archive) => await unpackTar(archive)));
  const entries = trees.flat();
  return {
    manifest,
    config,
    files: trees.map((tree) => tree.flatMap(({ header }) => (header.type === "directory" ? [] : [header.name]))),
    text: (path) => Buffer.from(entries.findLast(({ header }) => header.name === path)?.data ?? "").toString(),
  };
}

const sentBytes = (from: number) =>
  proxy.headers.slice(from).reduce((sum, headers) => sum + Number(headers["content-length"] ?? 0), 0);
const uploads = (log: readonly string[]) => log.filter((line) => !/^(GET|HEAD) /.test(line));
const GENERATED = ["src/.cog/openapi_schema.json", "src/cog.yaml"];

describe.skipIf(REGISTRY === "")("a registry (needs the ones of .ci/run)", { timeout: 120_000 }, () => {
  test("gets the code, and nothing of the base; the second time nothing; many edits are one layer", async () => {
    await ours();
    write("project/lib/a.py", "a = 1\n");
    const first = await cogPush([at("v1"), "--code-only"]);
    expect(first).toMatchObject({ pushed: "code", warnings: [] });
    expect(sentBytes(0)).toBeLessThan(50_000);
    const before = await pulled("v1");
    expect(before.files).toEqual([["opt/base.bin"], [...GENERATED, "src/lib/a.py", "src/run.py"]]);
    expect(before.text("src/run.py")).toBe(MODEL("name"));
    expect(before.config).toMatchObject({ "moby.buildkit.cache.v0": "kept" });
    expect(before.manifest.annotations).toEqual({ kept: "yes" });
    expect(before.manifest.layers[1]?.annotations).toEqual({ "run.cog.code.digest": before.config.rootfs.diff_ids[1] });
    expect(before.config.config.Env).toEqual(["PATH=/usr/bin", "COG_PREDICT_TYPE_STUB=run.py:Runner", "LAST=1"]);
    const labels = before.config.config.Labels;
    expect(labels["run.cog.pip_freeze"]).toBe("numpy==1");
    expect(labels["run.cog.push_id"]).toMatch(/-7/);

    const from = proxy.log.length;
    expect(await cogPush([at("v1")])).toMatchObject({ pushed: "nothing", digest: first.digest });
    expect(said).toContain(`${at("v1")} is already up to date`);
    expect(new Set(proxy.log.slice(from)), "the last push is remembered").toEqual(new Set(["HEAD manifests"]));

    for (let edit = 0; edit < 12; edit += 1) {
      write("project/run.py", MODEL(`name + " ${edit}"`));
      expect(await cogPush([at("v1")])).toMatchObject({ pushed: "code" });
    }
    rmSync(join(directory, "project/lib"), { recursive: true });
    write("project/run.py", MODEL('name + " again"').replace("name: str", "title: str").replace("name +", "title +"));
    await cogPush([at("v1")]);
    const after = await pulled("v1");
    expect(after.files).toEqual([["opt/base.bin"], [...GENERATED, "src/run.py"]]);
    expect(after.config.history.map(({ created_by }) => created_by)).toEqual([
      BASE[0],
      "WORKDIR /src",
      "cog code layer",
      'CMD ["python"]',
    ]);
    expect(after.config.config.Labels["run.cog.openapi_schema"]).toContain('"title":{');
    expect(after.text("src/.cog/openapi_schema.json")).toContain('"title":{');
  });

  test("is not given much code again that it has", async () => {
    await ours();
    write("project/film.mp4", Buffer.alloc(17_000_000));
    const { digest } = await cogPush([at("v1"), "--code-only"]);
    expect((await pulled("v1")).files[1]).toEqual([...GENERATED, "src/film.mp4", "src/run.py"]);
    expect(await cogPush([at("v1")])).toMatchObject({ pushed: "nothing", digest });
  });

  test("under a new tag has the image of the last push, with the new code or as it is", async () => {
    await ours();
    const { digest } = await cogPush([at("v1"), "--code-only"]);
    const from = proxy.log.length;
    expect(await cogPush([at("v2")])).toMatchObject({ pushed: "code", digest });
    expect(uploads(proxy.log.slice(from))).toEqual(["PUT manifests"]);
    write("project/run.py", MODEL("name * 2"));
    await cogPush([at("v3")]);
    expect((await pulled("v3")).text("src/run.py")).toBe(MODEL("name * 2"));
    expect((await pulled("v2")).text("src/run.py")).toBe(MODEL("name"));
  });

  test("has an image of the reference, whose code is exchanged where it is", async () => {
    await made({
      type: DOCKER_MANIFEST,
      labels: { "run.cog.config": '{"build":{"python_version":"3.11"},"predict":"old.py:Old"}', other: "kept" },
      layers: [
        BASE,
        ["COPY . /src # buildkit", [file("src/run.py", "old"), file("src/gone.py", "gone")]],
        ["RUN /bin/sh -c cp /src/model.yaml /src/cog.yaml # buildkit", [file("src/cog.yaml", "old")]],
        ["COPY .cog/openapi_schema.json .cog/ # buildkit", [file("src/.cog/openapi_schema.json", "{}")]],
      ],
    });
    const { warnings } = await cogPush([at("v1"), "--code-only"]);
    expect(warnings.join()).toContain("was built by another Cog");
    const { files, config, manifest } = await pulled("v1");
    expect(files).toEqual([["opt/base.bin"], [...GENERATED, "src/run.py"]]);
    expect(manifest.mediaType).toBe(DOCKER_MANIFEST);
    expect(manifest.layers[1]).toEqual({
      ...{
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        digest: expect.anything(),
        size: expect.anything(),
      },
    });
    expect(config.config.Labels).toMatchObject({
      other: "kept",
      "run.cog.openapi_schema": expect.stringContaining('"name"'),
    });
    expect(config.config.Labels[ENVIRONMENT_LABEL], "nobody knows what it is made of").toBeUndefined();
    await expect(cogPush([at("v1")]), "it is not taken for one of ours").rejects.toMatchObject({
      code: "docker.unavailable",
    });

    write("project/cog.yaml", 'build:\n  python_version: "3.11"\n  system_packages: [ffmpeg]\nrun: run.py:Runner\n');
    const refused = expect.stringContaining("was built by another Cog, with another build.system_packages");
    await expect(cogPush([at("v1"), "--code-only"])).rejects.toMatchObject({
      code: "code_only.refused",
      message: refused,
    });
  });

  test("has an image on which somebody built: the code is put on it, and what is gone is hidden", async () => {
    const code = [file("src/run.py", "old"), file("src/gone.py", "gone"), file("src/lib/gone.py", "gone")];
    await made({ layers: [BASE, ["COPY . /src # buildkit", code], ["RUN make", [file("opt/made", "made")]]] });
    await cogPush([at("v1"), "--code-only"]);
    write("project/run.py", MODEL("name * 2"));
    await cogPush([at("v1"), "--code-only"]);
    const { files } = await pulled("v1");
    const hiding = ["src/.wh.gone.py", "src/lib/.wh.gone.py"];
    expect(files.at(-1)?.toSorted()).toEqual([...GENERATED, "src/run.py", ...hiding].sort());
    expect(files.slice(0, -1)).toEqual([["opt/base.bin"], code.map(({ path }) => path).sort(), ["opt/made"]]);
  });

  test.each([
    [
      "a package",
      "cog.yaml",
      'build:\n  python_version: "3.11"\n  python_packages: [six]\nrun: run.py:Runner\n',
      "the Python packages",
    ],
    [
      "a variable",
      "cog.yaml",
      'build:\n  python_version: "3.11"\nenvironment: [A=b]\nrun: run.py:Runner\n',
      "environment",
    ],
    ["a big file", "weights/model.bin", Buffer.alloc(11_000_000, 1), "weights/model.bin"],
    ["the base image", "cog.yaml", 'build: {python_version: "3.12"}\nrun: run.py:Runner\n', "the base image"],
  ])("does not get the code alone when %s changed, and is told what", async (_, path, content, what) => {
    write("project/weights/model.bin", Buffer.alloc(11_000_000));
    await ours();
    await cogPush([at("v1"), "--code-only"]);
    expect((await pulled("v1")).files[1], "big files have a layer of their own").toEqual([...GENERATED, "src/run.py"]);
    write(`project/${path}`, content);
    const message = expect.stringMatching(new RegExp(`more than the code changed since the last push: ${what}(,|$)`));
    await expect(cogPush([at("v1"), "--code-only"])).rejects.toMatchObject({ code: "code_only.refused", message });
    // There is nothing to build with, which is told by whoever wanted to.
    await expect(cogPush([at("v1")])).rejects.toMatchObject({ code: "docker.unavailable" });
    expect(said.at(-1)).toMatch(new RegExp(`more than the code changed .*${what}.*; building the image`));
  });

  test("has a model, whose index gets another image and keeps the rest", async () => {
    const image = await ours({ tag: "cog-image.v1" });
    const other = { ...image, digest: (await ours({ tag: "arm", labels: { arm: "64" } })).digest };
    const platform = { os: "linux", architecture: "amd64" };
    const manifests = [
      { ...image, platform },
      { ...other, platform: { os: "linux", architecture: "arm64" } },
      { ...image, artifactType: WEIGHT_ARTIFACT_TYPE, platform: { os: "unknown", architecture: "unknown" } },
    ];
    const index = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations: { a: "b" } }),
    );
    await open(REGISTRY).putManifest(repository, { bytes: index, mediaType: OCI_INDEX, reference: "v1" }, { signal });
    const env = { COG_MODEL: at("v1") };
    const { refs } = await cogPush(["--code-only"], env);
    const now = JSON.parse(
      Buffer.from((await open(REGISTRY).getManifest(repository, "v1", { signal }))?.bytes ?? "").toString(),
    );
    const { digest } = (await open(REGISTRY).headManifest(repository, "cog-image.v1", { signal })) ?? { digest: "" };
    expect(refs["image"]).toBe(`${at("").slice(0, -1)}@${digest}`);
    expect(now).toMatchObject({ annotations: { a: "b" }, manifests: [{ digest, platform }, { digest: other.digest }] });
    expect(now.manifests, "weights are those of weights.lock").toHaveLength(2);
    expect((await pulled("cog-image.v1")).text("src/run.py")).toBe(MODEL("name"));
    expect(await cogPush([], env)).toMatchObject({ pushed: "nothing" });
    // A tag that nobody gave is a new one each time.
    expect(await cogPush([], { COG_MODEL: at("v1").replace(/:v1$/, "") })).toMatchObject({ pushed: "code" });
  });

  test("gets the layers of another repository by mounting them, of another registry through us", async () => {
    await ours();
    await cogPush([at("v1"), "--code-only"]);
    const there = `ada/${randomUUID()}`;
    const from = proxy.log.length;
    expect(await cogPush([`${proxy.host}/${there}:v1`, "--code-only"])).toMatchObject({ pushed: "code" });
    expect(sentBytes(from)).toBeLessThan(60_000);
    expect(uploads(proxy.log.slice(from))).toContain("POST uploads");
    const second = await proxied();
    const third = `ada/${randomUUID()}`;
    // Another name of it is another registry for everybody.
    await cogPush([`${second.host}/${third}:v1`, "--code-only"]);
    for (const [registry, repository] of [[proxy, there] as const, [second, third] as const])
      expect((await pulled("v1", open(registry.host), repository)).files).toEqual([
        ["opt/base.bin"],
        [...GENERATED, "src/run.py"],
      ]);
  });

  test.skipIf(TOKEN_REGISTRY === "")("of tokens gives one for all of it", async () => {
    await ours();
    await cogPush([at("v1"), "--code-only"]);
    proxy = await proxied([], TOKEN_REGISTRY);
    expect(await cogPush([at("v1"), "--code-only"])).toMatchObject({ pushed: "code" });
    const from = proxy.log.length;
    write("project/run.py", MODEL("name * 2"));
    expect(await cogPush([at("v1")])).toMatchObject({ pushed: "code" });
    const tokens = proxy.headers.slice(from).map(({ authorization }) => authorization);
    expect(new Set(tokens.filter((token) => token !== undefined)).size).toBe(1);
    expect(
      tokens.filter((token) => token === undefined),
      "it is asked once how it wants to know",
    ).toHaveLength(1);
  });

  test("says that the tag moved meanwhile, and gives back what it lost", async () => {
    await ours();
    await cogPush([at("v1"), "--code-only"]);
    write("project/run.py", MODEL("name * 2"));
    const moved = { "docker-content-digest": `sha256:${"0".repeat(64)}` };
    let seen = 0;
    const lost = JSON.stringify({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN", detail: {} }] });
    proxy = await proxied([
      {
        at: "HEAD manifests",
        headers: (headers) => {
          if ("docker-content-digest" in headers) seen += 1;
          return seen === 2 ? { ...headers, ...moved } : headers;
        },
      },
      { at: "PUT manifests", only: [1], instead: answer(404, { "content-type": "application/json" }, lost) },
    ]);
    const { warnings, pushed } = await cogPush([at("v1"), "--code-only"]);
    expect(pushed).toBe("code");
    expect(warnings.join()).toContain(`Somebody else pushed ${at("v1")} meanwhile (sha256:0000`);
    expect((await pulled("v1")).text("src/run.py")).toBe(MODEL("name * 2"));
  });

  test("gives the layers of an image for one in a directory, where no engine is", async () => {
    await ours();
    await cogPush([at("v1"), "--code-only"]);
    write("project/run.py", MODEL("name * 2"));
    const buildCode = async () => {
      const stdout: string[] = [];
      const words = ["--code-only", "--json", "-t", "ada/model"];
      const command: AnyCommand = build;
      await command.run(parseCall(command, words), contextIn("project", stdout));
      return JSON.parse(stdout.join("")) as { readonly layout: string; readonly id: string; readonly digest: string };
    };
    const from = proxy.log.length;
    await buildCode();
    expect(proxy.log.slice(from)).toContain("GET blobs");
    const again = proxy.log.length;
    write("project/run.py", MODEL("name * 3"));
    const { layout, id, digest } = await buildCode();
    expect(proxy.log.slice(again), "what was fetched is there").toEqual([]);
    const image = readLayout(layout);
    expect(digestOf(image.config.bytes)).toBe(id);
    const files = image.layers.map(({ path = "" }) => gunzipSync(readFileSync(path)));
    expect(files.map(digestOf)).toEqual(image.layers.map(({ diffId }) => diffId));
    const code = await unpackTar(files.at(-1) ?? new Uint8Array());
    expect(Buffer.from(code.find(({ header }) => header.name === "src/run.py")?.data ?? "").toString()).toBe(
      MODEL("name * 3"),
    );
    expect(readdirSync(join(layout, "blobs/sha256")), "older code is not kept").toHaveLength(4);
    expect(JSON.parse(readFileSync(join(layout, "index.json"), "utf8"))).toMatchObject({ manifests: [{ digest }] });

    // Asking for an engine is between looking at files and reading them.
    write("bin/docker", `#!/bin/sh\necho >>"${join(directory, "project/run.py")}"\nexit 1\n`);
    chmodSync(join(directory, "bin/docker"), 0o755);
    await expect(buildCode()).rejects.toMatchObject({
      ...{ code: "code_only.refused", message: "src/run.py changed while it was read" },
    });
    rmSync(join(directory, "bin/docker"));

    write("project/cog.yaml", 'build: {python_version: "3.12"}\nrun: run.py:Runner\n');
    await expect(buildCode()).rejects.toMatchObject({ code: "code_only.refused" });
  });

  test.each(["{}", "no JSON", '{"rootfs": []}'])(
    "has an artifact of another kind under the tag, with the config %s: nothing to put code on",
    async (config) => {
      const blob = bytesBlob(Buffer.from(config));
      const described = { mediaType: "application/vnd.cncf.helm.config.v1+json", digest: blob.digest, size: blob.size };
      const manifest = Buffer.from(
        JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: described, layers: [] }),
      );
      const artifact = { blobs: [{ source: blob }], manifest, mediaType: OCI_MANIFEST, tag: "v1" };
      await pushArtifact(open(REGISTRY), repository, artifact, { signal, concurrency: 1 });
      await expect(cogPush([at("v1"), "--code-only"])).rejects.toMatchObject({ code: "code_only.refused" });
    },
  );

  test("that has nothing yet cannot be given code alone", async () => {
    await expect(cogPush([at("v1"), "--code-only"])).rejects.toMatchObject({
      ...{ code: "code_only.refused", message: expect.stringContaining(`there is no image at ${at("v1")}`) },
    });
  });
});

test("the layer is the same wherever, however and in whichever order the files were written", async () => {
  const layerOf = async (project: string) => {
    const { entries, bigFiles } = await codeOf(project);
    return await writeCanonicalLayer(await entries(bigFiles), join(directory, "layer"), { time: 0, signal });
  };
  const paths = ["run.py", "b/c.py", "b/a.py", "ä.txt", "tool.sh"];
  const text = (path: string) => (path === "run.py" ? MODEL("name") : `text of ${path}`);
  for (const path of paths) write(`one/${path}`, text(path));
  for (const path of paths.toReversed()) write(`deep/in/another/${path}`, text(path));
  const other = join(directory, "deep/in/another");
  for (const project of [join(directory, "one"), other]) {
    writeFileSync(join(project, "cog.yaml"), 'build: {python_version: "3.11"}\nrun: run.py:Runner\n');
    symlinkSync("b/a.py", join(project, "link"));
    chmodSync(join(project, "tool.sh"), 0o755);
  }
  chmodSync(join(other, "b/a.py"), 0o600);
  chmodSync(join(other, "tool.sh"), 0o711);
  chmodSync(join(other, "b"), 0o700);
  utimesSync(join(other, "b/c.py"), 1, 1);
  write("deep/in/another/__pycache__/run.cpython-311.pyc", "compiled");
  write("deep/in/another/.cog/left.txt", "ours");
  const { digest } = await layerOf("one");
  expect(await layerOf("deep/in/another")).toMatchObject({ digest });
  renameSync(join(other, "b/a.py"), join(other, "b/A.py"));
  expect((await layerOf("deep/in/another")).digest).not.toBe(digest);
});

/** `cog deploy`: which image is meant, with a registry that answers for real, and mistakes of the words. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CogError } from "@cog/core/errors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bytesBlob, digestOf, OCI_INDEX, OCI_MANIFEST, openRegistry, pushArtifact, Transport } from "#registry";
import { readSettings } from "#settings";
import type { CommandContext } from "./command.ts";
import { commands } from "./list.ts";
import { parseCall } from "./parse.ts";
import { UsageError } from "./usage.ts";

const {
  TEST_REGISTRY: REGISTRY = "",
  TEST_REGISTRY_USER: USER = "ada",
  TEST_REGISTRY_PASSWORD: PASSWORD = "secret",
} = process.env;
const DIGEST = `sha256:${"a".repeat(64)}`;

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-deploy-"));
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
  write(".docker/config.json", JSON.stringify({ auths: { [REGISTRY]: { auth } } }));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In this process: what it costs to start another one is nobody's question here. */
async function cog(line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const [first, ...words] = line.split(" ");
  const command = commands.find(({ name }) => name === `deploy ${first}`);
  if (command === undefined) throw new Error(`there is no cog deploy ${first}`);
  const written = { stdout: "", stderr: "" };
  const say = (message: string) => {
    written.stderr += `${message}\n`;
  };
  const context: CommandContext = {
    workingDirectory: directory,
    settings: readSettings({ PATH: process.env["PATH"], HOME: directory, ...env }),
    report: { info: say, warn: say, debug() {}, output() {}, step: () => ({ update() {}, done() {}, fail() {} }) },
    signal: AbortSignal.timeout(100_000),
    stdout: {
      write: (text) => {
        written.stdout += String(text);
      },
      isTerminal: false,
    },
    showError: (error) => say(String(error)),
    readStdin: async () => "",
    global: { debug: false, engine: undefined, registry: undefined },
  };
  try {
    return { code: await command.run(parseCall(command, words), context), ...written };
  } catch (error) {
    if (!(error instanceof CogError)) throw error;
    say(`${error.message}\n${error.hint}`);
    return { code: error instanceof UsageError ? 2 : 1, ...written };
  }
}

describe("mistakes are told before the registry is asked", () => {
  test.each([
    ["kubernetes --replicas 4..1", 2, 'invalid argument "4..1" for --replicas'],
    ["kubernetes --gpu half", 1, "nothing says which image to deploy"],
    ["kubernetes --gpu 1/2", 2, "--gpu: expected a number, KIND or KIND=N"],
    ["kubernetes --memory lots", 2, "expected an amount like 8Gi"],
    ["kubernetes --memory 8Gi..4Gi", 2, "expected an amount like 8Gi"],
    ["kubernetes --namespace Models", 2, "expected small letters"],
    ["kubernetes --queue q", 2, "--queue needs --redis-url"],
    ["kubernetes --per-job", 2, "--per-job is for a queue"],
    [
      "kubernetes --redis-url redis://:hush@redis --queue q",
      2,
      'redis://****@redis" for --redis-url: it has a password',
    ],
    ["kubernetes -e HF_TOKEN=hush", 1, "--secret-env HF_TOKEN=SECRET/KEY"],
    ["kubernetes -e URL=https://ada:hush@example.com", 1, "looks like a secret"],
    ["kubernetes -e HF_TOKEN", 2, "expected NAME=VALUE"],
    ["kubernetes --secret-env HF_TOKEN=token", 2, "expected NAME=SECRET/KEY"],
    ["kubernetes --image Bad/Name", 1, "invalid --image"],
    ["compose -e HF_TOKEN=hush", 1, "-e HF_TOKEN"],
    ["compose --port 0", 2, "expected a port"],
    ["compose --redis-url redis://redis", 2, "--redis-url is for a queue"],
    ["compose --replicas 2", 2, "--replicas is for a queue"],
    ["kubernetes", 1, "cog push registry.example.com/ada/my-model"],
  ])("%s", async (words, code, said) => {
    write("cog.yaml", 'build: {python_version: "3.12"}\nrun: run.py:Runner\n');
    const result = await cog(words);
    expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(said) });
  });
});

/** A model as `cog push` leaves it, without layers. */
async function push(repository: string, tag: string, environment: readonly string[]): Promise<string> {
  const transport = new Transport({ insecureHosts: [], certificates: undefined });
  const registry = openRegistry({
    host: REGISTRY,
    transport,
    credentials: { kind: "password", username: USER, password: PASSWORD },
  });
  const labels = {
    "run.cog.config": JSON.stringify({
      build: { gpu: true, python_version: "3.12" },
      predict: "run.py:Runner",
      model: `${REGISTRY}/${repository}`,
      weights: [{ name: "base", target: "/src/base", source: { uri: "./w" } }],
    }),
  };
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
  const config = bytes({ architecture: "amd64", os: "linux", config: { Labels: labels, Env: environment } });
  const mediaType = "application/vnd.oci.image.config.v1+json";
  const configDescriptor = { mediaType, digest: digestOf(config), size: config.length };
  const manifest = bytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: configDescriptor, layers: [] });
  const platform = { os: "linux", architecture: "amd64" };
  const image = { mediaType: OCI_MANIFEST, digest: digestOf(manifest), size: manifest.length };
  const index = bytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...image, platform }] });
  const options = { signal: AbortSignal.timeout(60_000), concurrency: 1 };
  const blobs = [{ source: bytesBlob(config) }];
  await pushArtifact(registry, repository, { blobs, manifest, mediaType: OCI_MANIFEST }, options);
  await pushArtifact(registry, repository, { blobs: [], manifest: index, mediaType: OCI_INDEX, tag }, options);
  await transport.close();
  return digestOf(index);
}

describe.skipIf(REGISTRY === "")("with a registry (TEST_REGISTRY)", () => {
  test("the model that was pushed last, by its digest, with what its image says of itself", async () => {
    const repository = `ada/${randomUUID()}`;
    await push(repository, "20260101T000000Z", []);
    const newest = await push(repository, "20260102T030405Z", ["COG_NODE=/usr/bin/node", "PORT=8080"]);
    const tagged = await push(repository, "v1", ["COG_NODE=/usr/bin/node"]);
    write("cog.yaml", `model: ${REGISTRY}/${repository}\nbuild: {python_version: "3.12"}\nrun: run.py:Runner\n`);

    const { code, stdout, stderr } = await cog("kubernetes -o k8s.yaml --name resnet");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "Written to k8s.yaml\n" });
    const text = readFileSync(join(directory, "k8s.yaml"), "utf8");
    expect(text).toContain(`image: ${REGISTRY}/${repository}@${newest}`);
    expect(text).toContain(`# ${REGISTRY}/${repository}:20260102T030405Z when this was made`);
    for (const part of ["name: resnet", "nvidia.com/gpu: 1", "containerPort: 8080", "mountPath: /src/base"])
      expect(text).toContain(part);

    const named = await cog(`kubernetes --image ${REGISTRY}/${repository}:v1`, { HOME: directory });
    expect(named.stdout).toContain(`@${tagged}`);
    const chosen = await cog("kubernetes", { COG_MODEL_TAG: "v1" });
    expect(chosen.stdout).toContain(`@${tagged}`);
    const absent = await cog("kubernetes", { COG_MODEL_TAG: "v2" });
    expect(absent).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("Push it first with 'cog push'"),
    });
  });

  test("an artifact that is no image is none of a model", async () => {
    const repository = `ada/${randomUUID()}`;
    const transport = new Transport({ insecureHosts: [], certificates: undefined });
    const credentials = { kind: "password", username: USER, password: PASSWORD } as const;
    const registry = openRegistry({ host: REGISTRY, transport, credentials });
    const source = bytesBlob(Buffer.from("no JSON"));
    const described = { mediaType: "text/plain", digest: source.digest, size: source.size };
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: described, layers: [] }),
    );
    const artifact = { blobs: [{ source }], manifest, mediaType: OCI_MANIFEST, tag: "v1" };
    await pushArtifact(registry, repository, artifact, { signal: AbortSignal.timeout(60_000), concurrency: 1 });
    await transport.close();
    const { code, stderr } = await cog(`compose --image ${REGISTRY}/${repository}:v1`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("does not appear to be a Cog model")]);
  });

  test("nobody who is not logged in is told more than how to log in", async () => {
    write(".docker/config.json", "{}");
    const { code, stderr } = await cog(`kubernetes --image ${REGISTRY}/ada/secret`);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`cog login --registry ${REGISTRY}`)]);
  });
});

test("a digest will do where the registry cannot be reached", async () => {
  write("cog.yaml", 'build: {python_version: "3.12", gpu: true}\nrun: run.py:Runner\nenvironment: [PORT=8080]\n');
  const { code, stdout, stderr } = await cog(`kubernetes --image 127.0.0.1:1/ada/my-model@${DIGEST}`);
  expect([code, stderr]).toEqual([0, expect.stringContaining("is taken from cog.yaml")]);
  expect(stdout).toContain(`image: 127.0.0.1:1/ada/my-model@${DIGEST}`);
  for (const part of ["nvidia.com/gpu: 1", "containerPort: 8080"]) expect(stdout).toContain(part);
  expect(existsSync(join(directory, ".cog"))).toBe(false);
});

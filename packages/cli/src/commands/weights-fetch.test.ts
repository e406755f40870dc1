/** `cog weights fetch`: what an image needs, brought from a real registry to where its model looks for it. */
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Fault, type FaultProxy, faultProxy, sha, testRegistry, WeightsTrial, weight } from "#testing";

const { host: REGISTRY, authorization } = testRegistry;
const trial = WeightsTrial.perTest();
const proxies: FaultProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});

let repository = "";
beforeEach(() => {
  repository = `ada/${randomUUID()}`;
});

interface Lock {
  readonly weights: readonly {
    readonly name: string;
    readonly target: string;
    readonly setDigest: string;
    readonly digest: string;
  }[];
}

/** Weights of cog.yaml in the registry, and weights.json as an image would have it. */
async function imported(weights: string): Promise<Lock["weights"]> {
  trial.project(weights, `${REGISTRY}/${repository}`);
  expect(await trial.cog("weights import")).toMatchObject({ code: 0 });
  const lock = JSON.parse(trial.lockText()) as Lock;
  const needed = lock.weights.map(({ name, target, setDigest }) => ({ name, target, setDigest }));
  trial.write("image/.cog/weights.json", JSON.stringify({ weights: needed }));
  return lock.weights;
}

const fetched = async (words = "", env: Readonly<Record<string, string>> = {}) =>
  await trial.cog(`weights fetch --to image${words}`, { COG_WEIGHTS_REPO: `${REGISTRY}/${repository}`, ...env });

async function proxied(faults: readonly Fault[]): Promise<FaultProxy> {
  const proxy = await faultProxy(REGISTRY, faults);
  proxies.push(proxy);
  trial.knows(REGISTRY, proxy.host);
  return proxy;
}

/** Paths below a target that hold something, without the marks. */
function filesIn(target: string): readonly string[] {
  const root = trial.path("image", target);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith(".cog") && statSync(join(root, path)).isFile())
    .sort();
}

test.each<readonly [string, string, string?]>([
  ["weights fetch --to image", "Nothing says which weights to fetch: there is no "],
  ["weights fetch --to image --repository A/b", "the repository must be in lower case", '{"weights":[]}'],
  ["weights fetch --to image", "Nothing says which repository the weights are in", '{"weights":[]}'],
  ["weights fetch --to image", "target must be an absolute path", '{"weights":[{"target":"../x"}]}'],
  ["weights fetch --to image --repository h.test/a x", 'weight "x" is none of the image', '{"weights":[]}'],
])("cog %s: %s", async (words = "", why = "", image) => {
  if (image !== undefined) trial.write("image/src/.cog/weights.json", image);
  const { code, stdout, stderr } = await trial.cog(words);
  expect(stderr).toContain(why);
  expect(code).not.toBe(0);
  expect(stdout).toBe("");
});

describe.skipIf(REGISTRY === "")("from a registry", { timeout: 240_000 }, () => {
  test("in parts, with marks; again, and when the image needs others", async () => {
    const large = randomBytes(20 * 1024 * 1024);
    trial.write("w/large.bin", large);
    trial.write("w/deep/er/a", "a");
    trial.write("w/deep/same", "a");
    await imported(weight("base", "{uri: w}"));
    const { headers, host } = await proxied([{ at: "GET blobs", only: [3], cutAnswerAfter: 100_000 }]);
    trial.write("image/src/base/config.py", "of the image itself");
    const first = await fetched(" --json", { COG_WEIGHTS_REPO: `${host}/${repository}` });
    expect(first.stderr).toContain("Fetching base... done (20.0MB, 3 file(s), 1 layer(s))");
    expect(first.code).toBe(0);
    const events = first.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: "layer", name: "base", state: "downloading" });
    expect(events.at(-1)).toMatchObject({
      event: "weight",
      state: "fetched",
      name: "base",
      fileCount: 3,
      layerCount: 1,
    });
    expect(headers.filter(({ range }) => range !== undefined).length).toBeGreaterThanOrEqual(4);
    expect(filesIn("src/base")).toEqual(["config.py", "deep/er/a", "deep/same", "large.bin"]);
    expect(sha(readFileSync(trial.path("image/src/base/large.bin")))).toBe(sha(large));
    expect(trial.read("image/src/base/deep/same")).toBe("a");
    expect(readdirSync(trial.path("image/src/base/.cog")).sort()).toEqual(["files", "ready"]);

    // Nobody is asked again.
    const again = await fetched("", { COG_WEIGHTS_REPO: `127.0.0.1:1/${repository}` });
    expect(again.stderr).toContain("Fetching base... ready already");
    expect(again.code).toBe(0);

    rmSync(trial.path("w/deep"), { recursive: true });
    trial.write("w/b", "b");
    const [now] = await imported(weight("base", "{uri: w}"));
    expect(await fetched()).toMatchObject({ code: 0, stdout: "" });
    expect(filesIn("src/base")).toEqual(["b", "config.py", "large.bin"]);
    expect(existsSync(trial.path("image/src/base/deep"))).toBe(false);
    expect(trial.read("image/src/base/.cog/ready")).toBe(now?.setDigest);
  });

  test("files of the machine's cache are shared, and those of two models are there once", async () => {
    trial.write("w/a", randomBytes(100_000));
    const [base] = await imported([weight("base", "{uri: w}"), weight("other", "{uri: w}")].join("\n"));
    const { log, host } = await proxied([]);
    const env = { COG_WEIGHTS_REPO: `${host}/${repository}`, COG_CACHE_DIR: trial.path("shared") };
    expect(await fetched(" base", env)).toMatchObject({ code: 0 });
    expect(existsSync(trial.path("image/src/other"))).toBe(false);
    const layers = () => log.filter((line) => line === "GET blobs").length;
    const before = layers();
    expect((await fetched("", env)).stderr).toContain("Fetching other... done (0B, 1 file(s), 0 layer(s))");
    // The list of files alone.
    expect(layers()).toBe(before + 1);
    const inodes = ["base", "other"].map((name) => statSync(trial.path(`image/src/${name}/a`)).ino);
    expect(new Set(inodes).size).toBe(1);

    // By the index that names the manifest, whatever its own tag says.
    const type = "application/vnd.oci.image.index.v1+json";
    const annotations = { "run.cog.weight.name": "base", "run.cog.weight.set-digest": base?.setDigest };
    const manifest = await fetch(`http://${REGISTRY}/v2/${repository}/manifests/${base?.digest}`, {
      headers: { authorization, accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    const size = (await manifest.arrayBuffer()).byteLength;
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifests = [{ mediaType, digest: base?.digest, size, annotations }];
    const put = await fetch(`http://${REGISTRY}/v2/${repository}/manifests/v1`, {
      method: "PUT",
      headers: { authorization, "content-type": type },
      body: JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }),
    });
    expect(put.status).toBe(201);
    rmSync(trial.path("image/src/base"), { recursive: true });
    const model = { ...env, COG_WEIGHTS_REPO: `${REGISTRY}/${repository}:v1` };
    expect(await fetched(" base", model)).toMatchObject({ code: 0 });
    const { code, stderr } = await fetched(" other", { ...model, COG_CACHE_DIR: trial.path("another") });
    expect(stderr).toContain("ready already");
    expect(code).toBe(0);
  });

  test("what fails is written where the model waits", async () => {
    trial.write("w/a", randomBytes(1000));
    const [base] = await imported(weight("base", "{uri: w}"));
    const away = await fetched("", { COG_WEIGHTS_REPO: `${REGISTRY}/ada/nowhere` });
    expect(away.code).toBe(1);
    expect(away.stderr).toContain(`weight "base" is not in ${REGISTRY}/ada/nowhere`);
    expect(trial.read("image/src/base/.cog/failed")).toContain(`weight "base" is not in ${REGISTRY}/ada/nowhere`);
    expect(readdirSync(trial.path("image/src/base/.cog"))).toEqual(["failed"]);
    const { host } = await proxied([
      {
        at: "GET blobs",
        instead: ({ response }) => void response.writeHead(206, { "content-range": "bytes 0-2/3" }).end("no!"),
      },
    ]);
    const corrupt = await fetched("", { COG_WEIGHTS_REPO: `${host}/${repository}` });
    expect(corrupt.code).toBe(1);
    expect(trial.read("image/src/base/.cog/failed")).not.toBe("");
    expect(filesIn("src/base")).toEqual([]);
    expect(await fetched()).toMatchObject({ code: 0 });
    expect(trial.read("image/src/base/.cog/ready")).toBe(base?.setDigest);
    expect(filesIn("src/base")).toEqual(["a"]);
  });

  test("killed at any moment it leaves no wrong file, and goes on when run again", async () => {
    const contents = Array.from({ length: 5 }, (_, index) => randomBytes(400_000 + index));
    for (const [index, content] of contents.entries()) trial.write(`w/f${index}`, content);
    await imported(weight("base", "{uri: w}"));
    const wrong = () =>
      existsSync(trial.path("image/src/base"))
        ? filesIn("src/base").filter((path) => {
            const content = contents[Number(path.slice(1))];
            return content === undefined || sha(readFileSync(trial.path("image/src/base", path))) !== sha(content);
          })
        : [];
    const scratch = () => {
      const folder = trial.path("image/src/base/.cog");
      return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
    };
    const moments: readonly (() => boolean)[] = [
      () => scratch().includes("downloading"),
      () => scratch().some((name) => name.includes("put-")),
      () => scratch().filter((name) => /[0-9a-f]{64}$/.test(name)).length > 1,
      () => existsSync(trial.path("image/src/base")) && filesIn("src/base").length > 0,
    ];
    for (const moment of moments) {
      const child = trial.start("weights fetch --to image", { COG_WEIGHTS_REPO: `${REGISTRY}/${repository}` });
      const ended = once(child, "exit");
      while (child.exitCode === null && !moment()) await delay(1);
      child.kill("SIGKILL");
      await ended;
      expect(wrong()).toEqual([]);
    }
    expect(await fetched()).toMatchObject({ code: 0 });
    expect(wrong()).toEqual([]);
    expect(filesIn("src/base")).toHaveLength(contents.length);
    expect(scratch().sort()).toEqual(["files", "ready"]);
  });
});

/** A model whose weights somebody else brings: when it starts, and what is said when they do not come. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type ModelOptions, schemaOf, serving } from "#testing";

/** Loading it takes the weights, not only its setup. */
const MODEL = `
import os
with open(os.path.join("w", "a")) as file:
    CONTENT = file.read()

class Model:
    def run(self) -> str:
        return CONTENT
`;

const WAITING = {
  model: MODEL,
  schema: schemaOf({ inputs: [], output: { kind: "string" } }),
  until: "listening",
} as const satisfies ModelOptions;

/** weights.json is written before the server knows its folder, so targets are relative to that. */
const weightsJson = (...targets: string[]) =>
  JSON.stringify({ weights: targets.map((target) => ({ name: target, target, setDigest: "sha256:0" })) });
const needing = (...targets: string[]) => ({ files: { ".cog/weights.json": weightsJson(...targets) } });

/** As every marker is written: whole, or not at all. */
function put(folder: string, path: string, text = ""): void {
  const to = join(folder, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(`${to}.scratch`, text);
  renameSync(`${to}.scratch`, to);
}

test("it is STARTING until all of its weights are ready, and has loaded nothing before", async () => {
  await serving({ ...WAITING, ...needing("w", "v") }, async (server) => {
    await server.logged("waiting for weights");
    put(server.folder, "w/.cog/downloading");
    put(server.folder, "w/a", "weights of w");
    put(server.folder, "v/.cog/ready");
    expect((await server.client.health()).status).toBe("STARTING");
    expect((await server.request("GET", "/readyz")).status).toBe(503);
    put(server.folder, "w/.cog/ready");
    await server.notified("ready");
    expect((await server.client.predict({ input: {} })).output).toBe("weights of w");
  });
}, 60_000);

test("what is there without marks is ready: a mount, or part of the image", async () => {
  const { files } = needing("w");
  await serving({ ...WAITING, files: { ...files, "w/a": "mounted" }, until: "ready" }, async (server) => {
    expect((await server.client.predict({ input: {} })).output).toBe("mounted");
    expect(server.log).not.toContain("waiting for weights");
  });
}, 60_000);

test.each([
  {
    name: "the reason of whoever brings them",
    files: { "w/.cog/failed": "no space left on the disk\n" },
    says: "no space left on the disk",
  },
  {
    name: "that nobody brings them",
    files: {},
    env: { COG_WEIGHTS_TIMEOUT: "0.3" },
    says: 'weight "w" is not at w, and nobody began to bring it within 0.3 s',
  },
  {
    name: "what is wrong with weights.json",
    files: { ".cog/weights.json": "{" },
    says: ".cog/weights.json does not say which weights there are",
  },
])(
  "setup fails with $name",
  async ({ files, env = {}, says }) => {
    const all = { ...needing("w").files, ...files };
    await serving({ ...WAITING, files: all, env, until: "setup_failed" }, async (server) => {
      const found = await server.client.health();
      expect(found.status).toBe("SETUP_FAILED");
      expect(found.setup?.logs).toContain(says);
      expect(found.error).toContain(says);
      await server.logged("setup failed: ");
    });
  },
  60_000,
);

test("a server that still waits can be stopped", async () => {
  await serving({ ...WAITING, ...needing("w") }, async (server) => {
    await server.logged("waiting for weights");
    server.signal("SIGTERM");
    expect(await server.exited).toBe(0);
  });
}, 60_000);

test("weights.json elsewhere, and none looked at", async () => {
  const { files } = needing("w");
  const elsewhere = { "w/a": "here", "other.json": weightsJson("nowhere") };
  const awaited = { ...files, ...elsewhere };
  await serving({ ...WAITING, files: awaited, env: { COG_WEIGHTS_FILE: "other.json" } }, async (server) => {
    await server.logged('"name":"nowhere"');
    expect(readdirSync(join(server.folder, "w"))).toEqual(["a"]);
  });
  const env = { COG_WEIGHTS_FILE: "other.json", COG_WEIGHTS_WAIT: "0" };
  await serving({ ...WAITING, files: awaited, env, until: "ready" }, async (server) => {
    expect((await server.client.predict({ input: {} })).output).toBe("here");
  });
}, 60_000);

test("what keeps it from fetching them is why setup fails", async () => {
  const { files } = needing("/nowhere");
  const env = { COG_WEIGHTS_FETCH: "1", COG_WEIGHTS_REPO: "127.0.0.1:1/ada/none" };
  await serving({ ...WAITING, files, env, until: "setup_failed" }, async (server) => {
    expect((await server.client.health()).error).toContain("weights[0].setDigest must be sha256:");
  });
}, 60_000);

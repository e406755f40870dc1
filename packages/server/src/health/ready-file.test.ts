/** The file that old probes of Kubernetes look for. It has one place on a machine, so no two test runs may look for it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const READY_FOLDER = "/var/run/cog";
const READY_FILE = `${READY_FOLDER}/ready`;
const ON_KUBERNETES = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };

// The path is a contract with probes in the field; only root may write there, and nothing else may use it.
describe.skipIf(process.getuid?.() !== 0 || existsSync(READY_FOLDER))("the file for old probes", () => {
  test("is made on Kubernetes, by the first health check that says READY", async () => {
    try {
      await serving({ ...model, env: ON_KUBERNETES }, async (server) => {
        expect(existsSync(READY_FILE)).toBe(false);
        await server.client.health();
        await expect.poll(() => existsSync(READY_FILE)).toBe(true);
        expect(readFileSync(READY_FILE, "utf8")).toBe("");
      });
    } finally {
      rmSync(READY_FOLDER, { recursive: true, force: true });
    }
  });

  test("is not made elsewhere", async () => {
    await serving(model, async (server) => {
      await server.client.health();
      await wait(50);
      expect(existsSync(READY_FILE)).toBe(false);
    });
  });

  test("is missed in the log alone when it cannot be written", async () => {
    writeFileSync(READY_FOLDER, "no folder");
    try {
      await serving({ ...model, env: ON_KUBERNETES }, async (server) => {
        expect((await server.client.health()).status).toBe("READY");
        await server.logged(`${READY_FILE} could not be written`);
        expect((await server.client.predict({ input: {} })).output).toBe("done");
      });
    } finally {
      rmSync(READY_FOLDER);
    }
  });
});

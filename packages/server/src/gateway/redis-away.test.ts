/** A gateway and a worker whose Redis goes away for a while. */
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshQueue, hasRedisServer, ModelServer, OwnRedis, startWorker, until } from "#testing";

const MODEL = `
import os, time
from cog import BasePredictor

class Model(BasePredictor):
    def predict(self, wait: str = "") -> str:
        while wait and not os.path.exists(wait):
            time.sleep(0.01)
        return "here"
`;

/** A way to Redis that can be cut without a word: the connections there are stay open, and nothing comes through. */
async function wayTo(port: number): Promise<{ readonly url: string; cut(): void; close(): void }> {
  const ends: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const end of [near, far]) end.on("error", () => undefined); // Of a test that ends.
    ends.push(near, far);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}/0`,
    cut: () => {
      for (const end of ends) end.unpipe().resume();
    },
    close: () => {
      for (const end of ends) end.destroy();
      server.close();
    },
  };
}

const POLL = { timeout: 60_000 };
const without = hasRedisServer() ? "" : " (left out: there is no redis-server)";

describe.skipIf(without !== "")(`when Redis goes away${without}`, () => {
  test("who comes is told to come again, and who waits gets the answer when it is back", async () => {
    const redis = await OwnRedis.start();
    const queue = freshQueue();
    const worker = await startWorker([queue], { model: MODEL, redisUrl: redis.url });
    const gateway = await ModelServer.start({
      model: "",
      entry: "gateway",
      args: ["--redis-url", redis.url, "--queue", queue],
      env: { COG_DRAIN_TIMEOUT: "0" },
      until: "listening",
    });
    const statusOf = async (path: string): Promise<number> => (await gateway.request("GET", path)).status;
    try {
      await until(gateway, "READY");
      const answer = gateway.client.predict({ id: "patient", input: { wait: "go" } });
      await expect.poll(async () => (await gateway.client.look("patient"))?.status, POLL).toBe("processing");
      await redis.kill();
      await until(gateway, "UNHEALTHY");
      expect(await statusOf("/readyz")).toBe(503);
      expect(await statusOf("/livez")).toBe(200);
      const refused = await gateway.post("/predictions", { input: {} });
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await refused.json()).toEqual({ error: expect.stringMatching(/^Redis: /), status: "failed" });
      writeFileSync(join(worker.folder, "go"), "");
      await redis.resume();
      expect(await answer).toMatchObject({ id: "patient", status: "succeeded", output: "here" });
      await expect.poll(() => statusOf("/readyz"), POLL).toBe(200);
      expect(await gateway.client.predict({ input: {} })).toMatchObject({ status: "succeeded" });
    } finally {
      await Promise.all([worker.close(), gateway.close()]);
      await redis.close();
    }
  }, 120_000);

  test("a connection that is cut without a word is made again", async () => {
    const redis = await OwnRedis.start();
    const way = await wayTo(redis.port);
    const queue = freshQueue();
    const worker = await startWorker([queue], { model: MODEL, redisUrl: redis.url });
    const gateway = await ModelServer.start({
      model: "",
      entry: "gateway",
      args: ["--redis-url", way.url, "--queue", queue],
      until: "listening",
    });
    try {
      await until(gateway, "READY");
      const answer = gateway.client.predict({ id: "cut", input: { wait: "go" } });
      await expect.poll(async () => (await gateway.client.look("cut"))?.status, POLL).toBe("processing");
      way.cut();
      writeFileSync(join(worker.folder, "go"), "");
      expect(await answer).toMatchObject({ status: "succeeded", output: "here" });
    } finally {
      await Promise.all([worker.close(), gateway.close()]);
      way.close();
      await redis.close();
    }
  }, 120_000);
});

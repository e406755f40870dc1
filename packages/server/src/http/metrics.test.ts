/** Whose metrics they are: beside each other, and outside of any prediction (what they may hold: conformance/http). */
import { expect, test } from "vitest";
import { serving } from "#testing";

const ASYNC = `
import asyncio, threading
from cog import BaseRunner, current_scope
class Model(BaseRunner):
    async def setup(self):
        self.record_metric("setup", 1)
        current_scope().metrics["setup"] = 1
        current_scope().record_metric("nobody looks", object(), mode="nonsense")
        self.left = []
    async def run(self, name: str = "") -> str:
        self.record_metric("name", name)
        async def child(n):
            await asyncio.sleep(0.002)
            current_scope().record_metric("sum", n, mode="incr")
        await asyncio.gather(*[child(n) for n in range(4)])
        thread = threading.Thread(target=lambda: current_scope().record_metric("thread", name))
        thread.start()
        await asyncio.sleep(0.02)
        thread.join()
        self.left.append(asyncio.ensure_future(self.later(name)))
        if name.endswith("7"): raise ValueError(name)
        return name
    async def later(self, name):
        await asyncio.sleep(0.05)
        current_scope().record_metric("later", name)
        print("recorded too late:", name)
`;

test("each prediction has its own, also when it fails; before and after it they go nowhere", async () => {
  await serving({ model: ASYNC, env: { COG_MAX_CONCURRENCY: "16" } }, async (server) => {
    const names = Array.from({ length: 32 }, (_, index) => `p${index}`);
    const one = async (name: string): Promise<void> => {
      const { status, metrics } = await server.client.predict({ input: { name } });
      expect(status).toBe(name.endsWith("7") ? "failed" : "succeeded");
      expect(metrics).toEqual({ name, sum: 6, thread: name, predict_time: expect.any(Number) });
    };
    await Promise.all(names.slice(0, 16).map(one));
    await Promise.all(names.slice(16).map(one));
    await server.logged("recorded too late: p31");
  });
});

/** What metrics and traces say of jobs of a queue. */
import { describe, expect, test, vi } from "vitest";
import { Collector, freshQueue, Producer, scrape, startWorker, withoutRedis } from "#testing";

// Polls may take a minute on a busy machine.
vi.setConfig({ testTimeout: 120_000, expect: { poll: { timeout: 60_000 } } });

const MODEL = `
from cog import BasePredictor, Input

class Model(BasePredictor):
    def predict(self, times: int = Input(default=1, ge=0)) -> str:
        if times == 0:
            raise ValueError("never")
        return "x" * times
`;

const TRACE = "0af7651916cd43dd8448eb211c80319c";

describe.skipIf(withoutRedis !== "")(`a queue${withoutRedis}`, () => {
  test("its jobs are counted like other predictions, and are part of the trace that they carry", async () => {
    const collector = await Collector.start();
    const queue = freshQueue();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50" };
    const server = await startWorker([queue], { model: MODEL, env });
    const producer = new Producer(queue);
    try {
      const traceparent = `00-${TRACE}-b7ad6b7169203331-01`;
      await producer.add({ id: "traced", input: { times: 2 }, traceparent });
      await producer.add({ id: "plain", input: {} });
      await producer.add({ id: "failing", input: { times: 0 } });
      await producer.add({ id: "wrong", input: { times: -1 } });
      await producer.add("no job");
      await expect.poll(async () => (await scrape(server)).sum("cog_queue_dead_total", { queue })).toBe(1);
      const metrics = await scrape(server, "open");
      expect(metrics.by("cog_predictions_total", "status")).toEqual({ succeeded: 2, failed: 2 });
      expect(metrics.by("cog_prediction_failures_total", "reason")).toEqual({ exception: 1, validation: 1 });
      expect(metrics.by("cog_prediction_queue_time_seconds_count", "source")).toEqual({ redis: 3 });
      expect(metrics.sum("cog_queue_redis_up", { queue })).toBe(1);
      expect(metrics.sum("cog_queue_claimed_total", { queue })).toBe(0);

      const find = () => collector.spans().find(({ name, trace }) => name === "cog.prediction" && trace === TRACE);
      await expect.poll(find).toBeDefined();
      expect(find()).toMatchObject({
        parent: "b7ad6b7169203331",
        attributes: {
          "cog.prediction.id": "traced",
          "messaging.system": "redis",
          "messaging.operation.name": "process",
          "messaging.destination.name": queue,
        },
      });
      expect(find()?.kind).toMatch(/CONSUMER|^5$/);
    } finally {
      await server.close();
      await producer.close();
      collector.close();
    }
  });
});

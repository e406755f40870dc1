/** Every row of `conformance/queue/jobs.json`, through a real Redis and a real model. */
import { readFileSync } from "node:fs";
import type { Json, JsonObject } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";
import { afterAll, describe, expect, test, vi } from "vitest";
import { freshQueue, type ModelServer, Producer, Receiver, startWorker, withoutRedis } from "#testing";

interface Row {
  readonly name: string;
  readonly generation: string;
  readonly model: "plain" | "yields";
  readonly legacyReply: string;
  readonly job?: JsonObject;
  readonly text?: string;
  readonly pushed?: readonly Json[];
  readonly set?: Json;
  readonly webhooks?: readonly Json[];
  readonly events?: readonly string[];
  readonly result?: string;
  readonly dead?: string;
}

const ROWS = JSON.parse(
  readFileSync(new URL("../../../../conformance/queue/jobs.json", import.meta.url), "utf8"),
) as readonly Row[];

const MODELS = {
  plain: `
from cog import BasePredictor, Path

class Model(BasePredictor):
    def predict(self, text: str = "", times: int = 1, loud: bool = True, file: Path = None) -> str:
        print("go")
        if text == "fail":
            raise ValueError("as told")
        return text * times + ("!" if loud else "") + (file.read_text() if file else "")
`,
  yields: `
from typing import Iterator
from cog import BasePredictor

class Model(BasePredictor):
    def predict(self, times: int = 1) -> Iterator[str]:
        print("go")
        for index in range(times):
            yield f"item {index}"
`,
};

// What is waited for may take a minute on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const servers = new Map<string, Promise<{ readonly queue: string; readonly server: ModelServer }>>();

/** One server for all rows that want the same one. */
function workerFor({ model, legacyReply }: Row): Promise<{ readonly queue: string }> {
  const key = `${model} ${legacyReply}`;
  const known = servers.get(key);
  if (known !== undefined) return known;
  const queue = freshQueue();
  const args = ["--legacy-reply", legacyReply];
  // Snapshots in between are left to other tests: how many there are is a matter of time.
  const env = { COG_THROTTLE_RESPONSE_INTERVAL: "60" };
  const started = startWorker([queue], { model: MODELS[model], args, env }).then((server) => ({ queue, server }));
  servers.set(key, started);
  return started;
}

afterAll(async () => {
  for (const started of servers.values()) {
    const { queue, server } = await started;
    await server.close();
    await new Producer(queue).close();
  }
});

describe.skipIf(withoutRedis !== "")(`jobs${withoutRedis}`, () => {
  test.each(ROWS)("$generation: $name", async (row) => {
    const { queue } = await workerFor(row);
    const receiver = await Receiver.start();
    const producer = new Producer(queue);
    const id = freshQueue();
    const fill = (value: Json): Json =>
      JSON.parse(JSON.stringify(value).replaceAll("<queue>", id).replaceAll("<receiver>", receiver.url)) as Json;
    try {
      const entry = await producer.add(row.text ?? JSON.stringify(fill(row.job ?? {})));
      await expect.poll(() => producer.redis.xrange(queue, entry, entry), { timeout: 60_000 }).toEqual([]);
      if (row.pushed !== undefined) {
        const pushed = await producer.redis.lrange(`${id}-r`, 0, -1);
        expect(pushed.map(parsed)).toEqual(row.pushed.map((one) => expected(fill(one))));
      }
      if (row.set !== undefined) {
        expect(parsed((await producer.redis.get(`${id}-r`)) ?? "null")).toEqual(expected(fill(row.set)));
      }
      expect(receiver.received.map(({ body }) => parsed(body))).toEqual(
        (row.webhooks ?? []).map((one) => expected(fill(one))),
      );
      if (row.events !== undefined) {
        const stream = fill(row.job?.["result_stream"] ?? producer.keys.events(id));
        expect((await producer.events(String(stream))).map(({ event }) => event)).toEqual(row.events);
      }
      if (row.result !== undefined) expect(await producer.status(id)).toBe(row.result);
      const dead = (await producer.redis.xrange(producer.keys.dead, "-", "+")).map(([, fields]) => fields);
      const mine = dead.filter((fields) => fields.includes(id) || fields.includes(entry));
      expect(mine.map((fields) => fields[fields.indexOf("error") + 1])).toEqual(
        row.dead === undefined ? [] : [row.dead],
      );
    } finally {
      receiver.close();
      const own = await producer.redis.keys(`*${id}*`);
      if (own.length > 0) await producer.redis.del(...own);
      await producer.close({ clean: false });
    }
  });
});

function parsed(text: string): Json {
  return JSON.parse(text) as Json;
}

const STANDS_FOR: Readonly<Record<string, () => unknown>> = {
  "<time>": () => expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  "<seconds>": () => expect.any(Number),
  "<any>": () => expect.anything(),
};

/** With matchers in the places of what differs from run to run. */
function expected(value: Json): unknown {
  if (typeof value === "string") return STANDS_FOR[value]?.() ?? value;
  if (Array.isArray(value)) return value.map(expected);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expected(member)]));
}

/**
 * How fast jobs of a Redis queue come to a model and are done with: two workers on the Redis that TEST_REDIS names as for the
 * tests, and a model that does nothing.
 */
import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { type Answer, median, type Options, type Question, quantile, type Row, type Subject } from "./question.ts";
import { contestants } from "./server/contestants.ts";
import { models } from "./server/models.ts";
import { withServer } from "./server/running.ts";

const POLL_MS = 2;

const rows = {
  rate: { id: "Q1", what: "jobs done by two workers, answers by SET", unit: "/s", bars: [] },
  usual: { id: "Q2", what: "from XADD to the first event, median", unit: "ms", bars: [] },
  slow: { id: "Q3", what: "from XADD to the first event, 99th percentile", unit: "ms", bars: [] },
} as const satisfies Record<string, Subject>;

export const queue: Question = {
  name: "queue",
  summary: "jobs of a Redis queue: how many a second, and how long until a worker has one",
  run,
};

async function run(options: Options): Promise<Answer> {
  const address = process.env["TEST_REDIS"];
  if (address === undefined) throw new Error("TEST_REDIS names no Redis.");
  const [ours] = await contestants({ ...options, side: "ours" });
  if (ours === undefined) throw new Error("There is nothing to measure.");
  const url = `redis://${address}/0`;
  const name = `bench-${randomUUID()}`;
  const worker = (consumer: string) => ({
    ...ours,
    env: { ...ours.env, COG_REDIS_URL: url, COG_REDIS_QUEUE: name, COG_CONSUMER_ID: consumer },
  });
  const redis = new Redis(url);
  const jobs = options.quick ? 1000 : 5000;
  const rounds = options.quick ? 2 : 5;
  try {
    return await withServer(worker("one"), { model: models.echo }, () =>
      withServer(worker("two"), { model: models.echo }, async () => {
        const rates: number[] = [];
        for (let round = 0; round < rounds; round += 1) rates.push(await rate(redis, name, jobs));
        const waits = await delays(redis, name, jobs / 5);
        const figures = [
          { ...rows.rate, samples: { reference: [], ours: rates } },
          { ...rows.usual, samples: { reference: [], ours: [median(waits)] } },
          { ...rows.slow, samples: { reference: [], ours: [quantile(waits, 0.99)] } },
        ] satisfies Row[];
        const notes = [
          ours.label,
          `${rounds} rounds of ${jobs} jobs at once; ${waits.length} jobs one after the other`,
        ];
        return { notes, rows: figures.filter(({ id }) => options.wants(id)) };
      }),
    );
  } finally {
    const own = await redis.keys(`*${name}*`);
    for (let at = 0; at < own.length; at += 1000) await redis.del(...own.slice(at, at + 1000));
    redis.disconnect();
  }
}

/** Jobs a second, from the first that is added to the last that is acknowledged. */
async function rate(redis: Redis, name: string, jobs: number): Promise<number> {
  const value = JSON.stringify({ input: { text: "hello" }, response_queue: `${name}-answer` });
  const startedAt = performance.now();
  const adding = redis.pipeline();
  for (let job = 0; job < jobs; job += 1) adding.xadd(name, "*", "value", value);
  await adding.exec();
  while ((await redis.xlen(name)) > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return jobs / ((performance.now() - startedAt) / 1000);
}

/** Milliseconds from adding a job to its event `start`, of one job after the other. */
async function delays(redis: Redis, name: string, jobs: number): Promise<number[]> {
  const found: number[] = [];
  for (let job = 0; job < jobs; job += 1) {
    const events = `${name}-events-${job}`;
    const value = JSON.stringify({ input: { text: "hello" }, result_stream: events });
    const startedAt = performance.now();
    await redis.xadd(name, "*", "value", value);
    await redis.xread("BLOCK", 10_000, "STREAMS", events, "0");
    found.push(performance.now() - startedAt);
    while ((await redis.xlen(name)) > 0);
  }
  return found;
}

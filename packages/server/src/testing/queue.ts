/** For tests of queues: a real Redis, models that take jobs from it, and a producer. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { JsonObject } from "@cog/core/json";
import { JOB_FIELD, queueKeys } from "@cog/core/wire";
import { Redis } from "ioredis";
import { type ModelOptions, ModelServer } from "./model-server.ts";

/** `host:port` of a Redis that tests may write to. */
export const TEST_REDIS = process.env["TEST_REDIS"] ?? "";

export const REDIS_URL = `redis://${TEST_REDIS}/0`;

export const withoutRedis = TEST_REDIS === "" ? " (left out: TEST_REDIS names no Redis)" : "";

/** One that nobody else uses. */
export function freshQueue(): string {
  return `test-${randomUUID()}`;
}

/** A server that takes jobs from these queues. */
export function startWorker(
  queues: readonly string[],
  { args = [], env = {}, redisUrl = REDIS_URL, ...options }: ModelOptions & { readonly redisUrl?: string },
): Promise<ModelServer> {
  const consumer = env["COG_CONSUMER_ID"] ?? `${hostname()}-${randomUUID()}`;
  const queue = queues.flatMap((name) => ["--queue", name]);
  return ModelServer.start({
    ...options,
    entry: "redis_queue",
    args: ["--redis-url", redisUrl, ...queue, ...args],
    env: { ...env, COG_CONSUMER_ID: consumer },
  });
}

/** Adds jobs to one queue, and looks at what became of them. */
export class Producer {
  readonly redis: Redis;
  readonly keys: ReturnType<typeof queueKeys>;

  constructor(queue: string, url = REDIS_URL) {
    this.redis = new Redis(url, { maxRetriesPerRequest: null });
    this.redis.on("error", () => undefined); // A test that ends its Redis expects them.
    this.keys = queueKeys(queue);
  }

  /** Resolves with the id of the entry. */
  async add(job: JsonObject | string): Promise<string> {
    const text = typeof job === "string" ? job : JSON.stringify(job);
    return String(await this.redis.xadd(this.keys.jobs, "*", JOB_FIELD, text));
  }

  async result(id: string): Promise<Readonly<Record<string, string>>> {
    return this.redis.hgetall(this.keys.result(id));
  }

  async status(id: string): Promise<string | undefined> {
    return (await this.result(id))["status"];
  }

  /** Names and data of a prediction's events. */
  async events(key: string): Promise<readonly { readonly event: string; readonly data: string }[]> {
    const entries = await this.redis.xrange(key, "-", "+");
    return entries.map(([, [, event = "", , data = ""]]) => ({ event, data }));
  }

  /** Jobs that wait or run. */
  async length(): Promise<number> {
    return this.redis.xlen(this.keys.jobs);
  }

  async close({ clean = true } = {}): Promise<void> {
    if (clean) {
      const own = await this.redis.keys(`*${this.keys.jobs}*`);
      if (own.length > 0) await this.redis.del(...own);
    }
    this.redis.disconnect();
  }
}

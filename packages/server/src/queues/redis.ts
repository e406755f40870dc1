/** A queue that is a Redis stream, read by a consumer group of its own name as all versions of Cog do. Redis ≥ 6.2. */
import type { QueueKeys, QueueWorker } from "@cog/core/wire";
import { DEAD_KEPT, EVENTS_KEPT, JOB_FIELD, queueKeys } from "@cog/core/wire";
import type { Log } from "#log";
import type { Backlog, Beginning, Change, Delivery, Holding, Queue } from "./queue.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { ANNOUNCE, BEGIN, HAND_BACK, HOLD, LEAVE, TIDY, WRITE } from "./redis-scripts.ts";

/** Rows of the streams that tell how long setups and predictions took. */
const MEASURES_KEPT = 100;

/** A worker that was silent for so long will not come back under its name. */
const FORGET_MS = 24 * 60 * 60 * 1000;

export interface RedisQueueOptions {
  readonly name: string;
  readonly consumer: string;
  /** Tells this process from others of the same name. */
  readonly mark: string;
  readonly lockMs: number;
  readonly connection: RedisConnection;
  readonly log: Log;
}

export class RedisQueue implements Queue {
  readonly keys: QueueKeys;
  readonly #options: RedisQueueOptions;
  /** Where the look for lost jobs goes on. */
  #cursor = "0-0";

  constructor(options: RedisQueueOptions) {
    this.#options = options;
    this.keys = queueKeys(options.name);
  }

  async take({ count, waitMs }: { readonly count: number; readonly waitMs: number }): Promise<readonly Delivery[]> {
    const { jobs, group } = this.keys;
    const { connection, consumer } = this.#options;
    const wait = waitMs > 0 ? ["BLOCK", waitMs] : [];
    const found = await this.#inGroup(() =>
      connection.read((redis) =>
        redis.call("XREADGROUP", "GROUP", group, consumer, "COUNT", count, ...wait, "STREAMS", jobs, ">"),
      ),
    );
    const [stream] = list(found);
    return list(list(stream)[1]).map((entry) => delivery(entry, 1));
  }

  async reclaim({ count, idleMs }: { readonly count: number; readonly idleMs: number }): Promise<readonly Delivery[]> {
    const { jobs, group } = this.keys;
    const { connection, consumer, log } = this.#options;
    const found = await this.#inGroup(() =>
      connection.command((redis) =>
        redis.call("XAUTOCLAIM", jobs, group, consumer, idleMs, this.#cursor, "COUNT", count),
      ),
    );
    const [next = "0-0", entries, deleted] = list(found);
    this.#cursor = String(next);
    for (const entry of list(deleted))
      log.warn("a job was deleted while a worker had it", { queue: jobs, entry: String(entry) });
    const claimed = list(entries).filter((entry) => list(entry).length > 0);
    return Promise.all(claimed.map(async (entry) => delivery(entry, await this.#deliveriesOf(String(list(entry)[0])))));
  }

  async begin({ id, cancelKey }: Holding & { readonly cancelKey: string }): Promise<Beginning> {
    const { connection, mark, lockMs } = this.#options;
    const keys = [this.keys.lock(id), this.keys.result(id), cancelKey];
    const [type, text = ""] = list(await connection.run(BEGIN, keys, [mark, lockMs])).map(String);
    if (type === "ended") return { type: "ended", json: text };
    return type === "held" ? { type: "held" } : { type: "begun", canceled: text !== "0" };
  }

  async hold({ entry, id }: Holding): Promise<boolean> {
    const { connection, consumer, mark, lockMs } = this.#options;
    const { jobs, group } = this.keys;
    const keys = [this.keys.lock(id), jobs, this.keys.result(id)];
    return (await connection.run(HOLD, keys, [mark, lockMs, group, consumer, entry])) === 1;
  }

  async write(job: Holding, changes: readonly Change[]): Promise<boolean> {
    const { connection, mark, log } = this.#options;
    const words = changes
      .flatMap((change) => this.#commandsOf(change))
      .flatMap((command) => [command.length, ...command]);
    const [done, ...errors] = list(await connection.run(WRITE, [this.keys.lock(job.id)], [mark, ...words]));
    for (const error of errors) {
      log.warn("not all of a job could be written", {
        queue: this.keys.jobs,
        prediction_id: job.id,
        error: String(error),
      });
    }
    return done === 1;
  }

  async handBack(
    { entry, id }: Holding,
    { count, asNew }: { readonly count: number; readonly asNew: boolean },
  ): Promise<void> {
    const { connection, consumer, mark } = this.#options;
    const { jobs, group } = this.keys;
    const deliveries = asNew ? Math.max(0, count - 1) : count;
    await connection.run(HAND_BACK, [this.keys.lock(id), jobs], [mark, group, consumer, entry, deliveries]);
  }

  async exist(keys: readonly string[]): Promise<readonly boolean[]> {
    const answers = await this.#options.connection.command((redis) =>
      Promise.all(keys.map((key) => redis.exists(key))),
    );
    return answers.map((answer) => answer > 0);
  }

  async describe(schemaText: string): Promise<void> {
    await this.#options.connection.command((redis) => redis.set(this.keys.schema, schemaText));
  }

  async announce(worker: Omit<QueueWorker, "seen"> | undefined): Promise<void> {
    const { connection, consumer } = this.#options;
    const { workers, jobs, group } = this.keys;
    if (worker === undefined) await connection.run(LEAVE, [workers, jobs], [consumer, group]);
    else await connection.run(ANNOUNCE, [workers], [consumer, JSON.stringify(worker).slice(1)]);
  }

  async tidy(): Promise<void> {
    const { connection, consumer } = this.#options;
    const { workers, jobs, group } = this.keys;
    await connection.run(TIDY, [workers, jobs], [group, consumer, FORGET_MS]);
  }

  async backlog(): Promise<Backlog> {
    const { jobs, group } = this.keys;
    const found = await this.#inGroup(() =>
      this.#options.connection.command((redis) => redis.call("XINFO", "GROUPS", jobs)),
    );
    for (const facts of list(found).map(list)) {
      const fact = (name: string): unknown => facts[facts.indexOf(name) + 1];
      if (fact("name") !== group) continue;
      const lag = facts.includes("lag") ? fact("lag") : undefined;
      return { lag: typeof lag === "number" ? lag : undefined, pending: Number(fact("pending")) };
    }
    return { lag: undefined, pending: 0 };
  }

  async measure(stream: string, seconds: number): Promise<void> {
    await this.#options.connection.command((redis) => redis.call(...measureCommand(stream, seconds)));
  }

  /** Makes the group where there is none: the stream is new, or somebody has deleted it. */
  async #inGroup(ask: () => Promise<unknown>): Promise<unknown> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error) || !/^NOGROUP|no such key/.test(error.message)) throw error;
    }
    const { jobs, group } = this.keys;
    try {
      await this.#options.connection.command((redis) => redis.xgroup("CREATE", jobs, group, "0", "MKSTREAM"));
    } catch (error) {
      // Another worker was quicker.
      if (!(error instanceof Error) || !error.message.startsWith("BUSYGROUP")) throw error;
    }
    return ask();
  }

  async #deliveriesOf(entry: string): Promise<number> {
    const { jobs, group } = this.keys;
    const found = await this.#options.connection.command((redis) =>
      redis.call("XPENDING", jobs, group, entry, entry, 1),
    );
    return Number(list(list(found)[0])[3] ?? 1);
  }

  #commandsOf(change: Change): readonly Command[] {
    switch (change.type) {
      case "event": {
        const { key, event, data, ttlSeconds } = change;
        return [
          ["XADD", key, "MAXLEN", "~", EVENTS_KEPT, "*", "event", event, "data", data],
          ["EXPIRE", key, ttlSeconds],
        ];
      }
      case "result": {
        const key = this.keys.result(change.id);
        return [
          ["HSET", key, ...Object.entries(change.fields).flat()],
          ["EXPIRE", key, change.ttlSeconds],
        ];
      }
      case "reply":
        return [[change.how === "set" ? "SET" : "RPUSH", change.key, change.text]];
      case "measure":
        return [measureCommand(change.stream, change.seconds)];
      case "bury": {
        const { value, error, deliveries, id } = change.job;
        const fields = [JOB_FIELD, value, "error", error, "deliveries", deliveries, "id", id];
        return [["XADD", this.keys.dead, "MAXLEN", "~", DEAD_KEPT, "*", ...fields]];
      }
      case "acknowledge": {
        const { jobs, group } = this.keys;
        return [
          ["XACK", jobs, group, change.entry],
          ["XDEL", jobs, change.entry],
          ["DEL", this.keys.lock(change.id)],
        ];
      }
    }
  }
}

type Command = readonly [string, ...(string | number)[]];

function measureCommand(stream: string, seconds: number): [string, ...(string | number)[]] {
  return ["XADD", stream, "MAXLEN", MEASURES_KEPT, "*", "duration", seconds];
}

/** An entry of a stream: its id, and its fields and values in turn. */
function delivery(entry: unknown, count: number): Delivery {
  const [id, pairs] = list(entry);
  const fields = list(pairs).map(String);
  const at = fields.findIndex((name, index) => index % 2 === 0 && name === JOB_FIELD);
  return { entry: String(id), text: at < 0 ? undefined : fields[at + 1], count };
}

/** Answers of Redis are lists in lists; what is none is an empty one. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

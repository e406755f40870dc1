/** The way to one Redis: two connections (one of them waits for messages), made again for as long as it takes. */
import { setTimeout as delay } from "node:timers/promises";
import { systemCodeOf } from "@cog/core/errors";
import { redisTrouble } from "@cog/core/queue";
import { withoutCredentials } from "@cog/core/redact";
import { Redis, type RedisOptions } from "ioredis";
import type { Log } from "#log";
import { passes } from "./redis-faults.ts";
import { runScript, SCRIPTS, type Script } from "./redis-scripts.ts";

/** How long Redis may be silent while it owes an answer, before the connection counts as dead. */
const SILENCE_MS = 15_000;
const RETRY_LEAST_MS = 100;
const RETRY_MOST_MS = 5000;

export class RedisConnection {
  readonly #log: Log;
  readonly #place: string;
  readonly #commands: Redis;
  readonly #reads: Redis;
  /** Since when it cannot be reached; undefined: it can. */
  #downSinceMs: number | undefined = Date.now();
  #complaint: string | undefined;
  #closed = false;
  #warned = false;
  #readsId: number | undefined;
  #onUp: (() => void)[] = [];

  constructor(url: string, log: Log) {
    this.#log = log;
    this.#place = withoutCredentials(url);
    this.#commands = new Redis(url, OPTIONS);
    this.#reads = new Redis(url, OPTIONS);
    this.#commands.on("ready", () => this.#up());
    this.#commands.on("close", () => {
      this.#downSinceMs ??= Date.now();
    });
    this.#reads.on("ready", () => void this.#knowReads().catch(() => undefined)); // Only to be quicker at the end.
    for (const redis of [this.#commands, this.#reads]) redis.on("error", (error: Error) => this.#complain(error));
  }

  get isUp(): boolean {
    return this.#downSinceMs === undefined;
  }

  /** 0 while it can be reached. */
  get downMs(): number {
    return this.#downSinceMs === undefined ? 0 : Date.now() - this.#downSinceMs;
  }

  /** Calls back whenever it can be reached again. */
  onUp(callback: () => void): void {
    this.#onUp.push(callback);
  }

  /** Repeats `send` until it succeeds or fails for another reason than that Redis is away. */
  command<Answer>(send: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    return this.#insist(this.#commands, send);
  }

  /** The same on the connection that may wait for messages. */
  read<Answer>(send: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    return this.#insist(this.#reads, send);
  }

  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.command((redis) => runScript(redis, script, { keys, args }));
  }

  /** Ends a wait for messages at once, and as if its time were up: whatever was given out is not lost. */
  stopWaiting(): void {
    const id = this.#readsId;
    if (id !== undefined) this.#commands.client("UNBLOCK", id).catch(() => undefined); // Then it waits to the end.
  }

  /** A Redis that throws away keys when its memory is full may throw away jobs. */
  async warnOfEviction(): Promise<void> {
    if (this.#warned) return;
    const facts = await this.#commands.info("memory");
    const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(facts)?.[1];
    const policy = fact("maxmemory_policy") ?? "noeviction";
    if (fact("maxmemory") === "0" || policy === "noeviction") return;
    this.#warned = true;
    this.#log.warn(
      `Redis at ${this.#place} may evict jobs and results when its memory is full: set maxmemory-policy noeviction`,
      {
        policy,
      },
    );
  }

  close(): void {
    this.#closed = true;
    this.#commands.disconnect();
    this.#reads.disconnect();
  }

  async #insist<Answer>(redis: Redis, send: (redis: Redis) => Promise<Answer>): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await send(redis);
      } catch (error) {
        if (this.#closed || !(error instanceof Error) || !passes(error)) throw error;
        this.#complain(error);
        await delay(retryDelay(attempt));
      }
    }
  }

  async #knowReads(): Promise<void> {
    this.#readsId = await this.#reads.client("ID");
  }

  #up(): void {
    for (const { text } of SCRIPTS) this.#commands.script("LOAD", text).catch(() => undefined); // Sent whole when missing.
    if (this.#complaint !== undefined) this.#log.info("Redis answers again", { redis: this.#place });
    this.#downSinceMs = undefined;
    this.#complaint = undefined;
    for (const callback of this.#onUp) callback();
  }

  /** Once for each reason: it is tried several times a second. */
  #complain(error: Error): void {
    const { problem, hint } = redisTrouble(error.message, systemCodeOf(error));
    if (this.#closed || problem === this.#complaint) return;
    this.#complaint = problem;
    this.#log.error(`Redis at ${this.#place}: ${problem}. ${hint}`);
  }
}

const OPTIONS = {
  // Answers in the form that all supported versions know.
  protocol: 2,
  maxRetriesPerRequest: null,
  socketTimeout: SILENCE_MS,
  keepAlive: SILENCE_MS,
  retryStrategy: (attempt: number) => retryDelay(attempt - 1),
  // A primary that became a replica: the name may lead to the new primary by now.
  reconnectOnError: (error: Error) => (error.message.startsWith("READONLY") ? (2 as const) : false),
} satisfies RedisOptions;

/** 100 ms, twice as long each time up to 5 s, less up to half of it by chance: not all workers at once. */
function retryDelay(attempt: number): number {
  const most = Math.min(RETRY_MOST_MS, RETRY_LEAST_MS * 2 ** Math.min(attempt, 10));
  return most * (0.5 + Math.random() / 2);
}

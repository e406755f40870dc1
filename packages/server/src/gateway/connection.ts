/** Connections to Redis that come back by themselves, and what is wrong with them meanwhile. */
import { messageOf } from "@cog/core/errors";
import type { RedisCall, RedisTrouble } from "@cog/core/queue";
import { redisTrouble } from "@cog/core/queue";
import { withoutCredentials } from "@cog/core/redact";
import type { Redis } from "ioredis";
import type { Log } from "#log";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;
/** A connection that says nothing for so long while it owes an answer is dead: longer than any read of ours blocks. */
const SILENCE_MS = 15_000;
/** A command that takes longer would leave a client without an answer. */
const COMMAND_MS = 10_000;

export interface ConnectionOptions {
  readonly url: string;
  /** Commands may block for as long as they say. */
  readonly blocks: boolean;
  readonly log: Log;
}

/** A command that could not be carried out, in words. */
export class RedisError extends Error {
  readonly trouble: RedisTrouble;

  constructor(trouble: RedisTrouble, cause: unknown) {
    super(`Redis: ${trouble.problem}`, { cause });
    this.trouble = trouble;
  }
}

export class Connection {
  /** Why there is no connection now; undefined: there is one. */
  trouble: RedisTrouble | undefined = { problem: "not connected yet", hint: "Wait a moment." };
  /** What Redis calls this connection; undefined until it has said so. */
  id: number | undefined;
  readonly #redis: Redis;
  readonly #options: ConnectionOptions;
  #waiting: (() => void)[] = [];
  #told: string | undefined;

  /** Returns at once; `ready` waits until it is open. The library is loaded by whoever needs it. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { default: library } = await import("ioredis");
    const redis = new library.Redis(options.url, {
      // Answers as lists, in the order of the question.
      protocol: 2,
      // A request is better refused now than answered when Redis comes back; and no command is sent twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      socketTimeout: SILENCE_MS,
      retryStrategy: (attempt) =>
        Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS) * (0.5 + Math.random() / 2),
      ...(options.blocks ? {} : { commandTimeout: COMMAND_MS }),
    });
    return new Connection(redis, options);
  }

  private constructor(redis: Redis, options: ConnectionOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#redis.on("ready", () => void this.#ready());
    this.#redis.on("error", (error: Error) => this.#failed(error));
    this.#redis.on("close", () => {
      this.id = undefined;
      this.trouble ??= { problem: "the connection was lost", hint: "It is opened again as soon as Redis answers." };
    });
  }

  readonly call: RedisCall = async (command, ...args) => {
    try {
      return await this.#redis.call(command, ...args);
    } catch (error) {
      throw new RedisError(this.trouble ?? troubleOf(error), error);
    }
  };

  /** Resolves when there is a connection. */
  async ready(): Promise<void> {
    while (this.trouble !== undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #ready(): Promise<void> {
    try {
      this.id = Number(await this.#redis.call("CLIENT", "ID"));
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#told !== undefined) this.#options.log.info("Redis is back");
    this.trouble = undefined;
    this.#told = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #failed(error: unknown): void {
    this.trouble = troubleOf(error);
    const { problem, hint } = this.trouble;
    // Said once, however often it is tried.
    if (this.#told === problem || this.#options.blocks) return;
    this.#told = problem;
    this.#options.log.error(`Redis at ${withoutCredentials(this.#options.url)}: ${problem}. ${hint}`);
  }
}

function troubleOf(error: unknown): RedisTrouble {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return redisTrouble(messageOf(error), code);
}

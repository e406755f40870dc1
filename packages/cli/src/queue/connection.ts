/** A connection to Redis for one command: it is there or the command ends, with a reason. */
import { messageOf, systemCodeOf, UnavailableError, UserError } from "@cog/core/errors";
import type { RedisCall } from "@cog/core/queue";
import { redisTrouble } from "@cog/core/queue";
import { withoutCredentials } from "@cog/core/redact";

export interface RedisConnection {
  readonly call: RedisCall;
  close(): void;
}

const CONNECT_MS = 5000;

export async function openRedis(url: string): Promise<RedisConnection> {
  const { default: library } = await import("ioredis");
  const redis = new library.Redis(url, {
    // Answers as lists, in the order of the question.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  // Told as an event, too; what failed says it.
  let failure: unknown;
  redis.on("error", (error) => {
    failure = error;
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw inWords(failure ?? error, url);
  }
  return {
    call: async (command, ...args) => {
      try {
        return await redis.call(command, ...args);
      } catch (error) {
        throw inWords(error, url);
      }
    },
    close: () => redis.disconnect(),
  };
}

function inWords(error: unknown, url: string): Error {
  const said = messageOf(error);
  const { problem, hint } = redisTrouble(said, systemCodeOf(error));
  const message = `Redis at ${withoutCredentials(url)}: ${problem}`;
  const isAnswer = error instanceof Error && error.name === "ReplyError";
  return isAnswer
    ? new UserError("redis.refused", message, { hint, cause: error })
    : new UnavailableError("redis.unreachable", message, { hint, cause: error });
}

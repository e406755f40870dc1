/** Which queue, in which Redis, and how full it may be: as typed, else as the environment says. */
import { isRedisAddress } from "./address.ts";
import type { CommandContext } from "./command.ts";
import { UsageError } from "./usage.ts";

export interface QueuePlace {
  readonly name: string;
  readonly url: string;
}

interface Typed {
  readonly "redis-url": string | undefined;
  readonly queue: string | undefined;
}

export function queuePlace(typed: Typed, command: string, { settings }: CommandContext): QueuePlace {
  const url = typed["redis-url"] ?? settings.queue.redisUrl;
  const name = typed.queue ?? settings.queue.name;
  const missing = [
    ...(url === undefined ? ["--redis-url URL (or COG_REDIS_URL)"] : []),
    ...(name === undefined || name === "" ? ["--queue NAME (or COG_REDIS_QUEUE)"] : []),
  ];
  if (url === undefined || name === undefined || missing.length > 0)
    throw new UsageError(`cog ${command} needs ${missing.join(" and ")}`, command);
  if (!isRedisAddress(url)) throw new UsageError("COG_REDIS_URL is no address like redis://localhost:6379", command);
  return { name, url };
}

/** Undefined: as many as like. */
export function mostWaiting(typed: string | undefined, { settings }: CommandContext): number | undefined {
  const text = typed ?? settings.queue.lagMax;
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`COG_QUEUE_LAG_MAX is ${JSON.stringify(text)}, and no whole number`);
}

/** One queue in Redis, by whatever client the caller has: nothing but commands and their answers is needed of it. */
import type { QueueKeys } from "@cog/core/wire";
import { queueKeys } from "@cog/core/wire";

/** Sends one command, and resolves with the answer as version 2 of the protocol has it: texts, numbers, null and lists. */
export type RedisCall = (command: string, ...args: (string | number)[]) => Promise<unknown>;

export interface Queue {
  readonly name: string;
  readonly keys: QueueKeys;
  readonly call: RedisCall;
}

export function queueAt(name: string, call: RedisCall): Queue {
  return { name, keys: queueKeys(name), call };
}

/**
 * What must happen in Redis as one step, in Lua. A job is ours while its lock holds our mark; scripts that change anything
 * look at it first, so that a worker that was thought dead cannot overwrite what the next one has written.
 */
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

export interface Script {
  readonly text: string;
  readonly digest: string;
}

const script = (text: string): Script => ({ text, digest: createHash("sha1").update(text).digest("hex") });

/**
 * KEYS: lock, result, cancel. ARGV: mark, milliseconds.
 * Answers `held`, or `begun` and whether the cancel key exists, or `ended` and the result.
 */
export const BEGIN = script(`
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'held', ''} end
local status = redis.call('HGET', KEYS[2], 'status')
if status == 'succeeded' or status == 'failed' or status == 'canceled' then
  return {'ended', redis.call('HGET', KEYS[2], 'json') or '{}'}
end
return {'begun', tostring(redis.call('EXISTS', KEYS[3]))}
`);

/**
 * KEYS: lock, stream, result. ARGV: mark, milliseconds, group, consumer, entry. Answers 1 when the job is ours.
 *
 * Claiming without FORCE never puts an acknowledged entry back, and with JUSTID it counts as no delivery. A lock that
 * expired while Redis was away is taken again, also where the entry was lost with Redis' memory: unless somebody has
 * finished the job, ours is the only answer that its producer will get.
 */
export const HOLD = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
local claimed = redis.pcall('XCLAIM', KEYS[2], ARGV[3], ARGV[4], 0, ARGV[5], 'JUSTID')
if claimed.err or #claimed == 0 then
  local status = redis.call('HGET', KEYS[3], 'status')
  if status == 'succeeded' or status == 'failed' or status == 'canceled' then
    if holder then redis.call('DEL', KEYS[1]) end
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/**
 * KEYS: lock. ARGV: mark, then commands, each as the number of its words and its words.
 * Answers 1 when the job is ours and they were run, and the errors of those that can never work (a key of the producer's
 * that holds something else): they must not keep the job from its end. For what passes by all is left to another attempt.
 */
export const WRITE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
local answer = {1}
local at = 2
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  local result = redis.pcall(unpack(ARGV, at + 1, at + count))
  if type(result) == 'table' and result.err then
    for _, passing in ipairs({'OOM', 'MISCONF', 'READONLY', 'NOPERM'}) do
      if string.find(result.err, passing, 1, true) then return redis.error_reply(result.err) end
    end
    answer[#answer + 1] = result.err
  end
  at = at + 1 + count
end
return answer
`);

/** KEYS: lock, stream. ARGV: mark, group, consumer, entry, deliveries. A day of idling makes it due for whoever looks next. */
export const HAND_BACK = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.pcall('XCLAIM', KEYS[2], ARGV[2], ARGV[3], 0, ARGV[4], 'IDLE', 86400000, 'RETRYCOUNT', ARGV[5], 'JUSTID')
`);

/** KEYS: workers. ARGV: consumer, JSON without its first brace. Time is that of Redis: clocks of machines differ. */
export const ANNOUNCE = script(`
local time = redis.call('TIME')
local seen = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], '{"seen":' .. seen .. ',' .. ARGV[2])
return 1
`);

/** KEYS: workers, stream. ARGV: consumer, group. A consumer that owns entries stays, or they would be lost. */
export const LEAVE = script(`
redis.call('HDEL', KEYS[1], ARGV[1])
local owned = redis.pcall('XPENDING', KEYS[2], ARGV[2], '-', '+', 1, ARGV[1])
if not owned.err and #owned == 0 then redis.pcall('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[2], ARGV[1]) end
return 1
`);

/**
 * KEYS: workers, stream. ARGV: group, consumer, milliseconds. Forgets workers that ended without a word so long ago; never
 * one that owns entries, or they would be lost.
 */
export const TIDY = script(`
local limit = tonumber(ARGV[3])
local time = redis.call('TIME')
local workers = redis.call('HGETALL', KEYS[1])
for at = 1, #workers, 2 do
  local seen = tonumber(string.match(workers[at + 1], '"seen":(%d+)')) or 0
  if time[1] * 1000 - seen > limit then redis.call('HDEL', KEYS[1], workers[at]) end
end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[2], ARGV[1])
if consumers.err then return 0 end
for _, facts in ipairs(consumers) do
  local fact = {}
  for at = 1, #facts, 2 do fact[facts[at]] = facts[at + 1] end
  if fact.pending == 0 and fact.idle > limit and fact.name ~= ARGV[2] then
    redis.pcall('XGROUP', 'DELCONSUMER', KEYS[2], ARGV[1], fact.name)
  end
end
return 1
`);

export const SCRIPTS = [BEGIN, HOLD, WRITE, HAND_BACK, ANNOUNCE, LEAVE, TIDY] as const;

/** Runs it by its digest; Redis forgets scripts when it is started again. */
export async function runScript(
  redis: Redis,
  { text, digest }: Script,
  { keys, args }: { readonly keys: readonly string[]; readonly args: readonly (string | number)[] },
): Promise<unknown> {
  try {
    return await redis.evalsha(digest, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return redis.eval(text, keys.length, ...keys, ...args);
  }
}

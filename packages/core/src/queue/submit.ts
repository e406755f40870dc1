/**
 * Adds a job to the queue, unless it is taken already, nobody would ever read it, or too many wait before it: decided by
 * Redis in one step, so that two producers cannot both be the first.
 */
import type { QueueJob } from "@cog/core/wire";
import { JOB_FIELD, JOB_MOST_BYTES, RESULT_TTL_SECONDS } from "@cog/core/wire";
import type { KnownPrediction } from "./look.ts";
import { knownOf } from "./look.ts";
import type { Queue } from "./queue.ts";
import { listOf, numberOf } from "./replies.ts";

export interface Submission {
  readonly id: string;
  /** JSON text: megabytes of it are not parsed for this, and whole numbers keep their digits. */
  readonly input: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** What else the job says. */
  readonly job: Omit<QueueJob, "id" | "input" | "created_at">;
  /** It is refused when more than these wait; undefined: it never is. */
  readonly mostWaiting: number | undefined;
}

export type Submitted =
  /** @param waiting jobs before it that no worker has taken yet */
  | { readonly kind: "queued"; readonly waiting: number }
  /** The id is in use, or was: nothing new starts. */
  | { readonly kind: "known"; readonly prediction: KnownPrediction }
  | { readonly kind: "full"; readonly waiting: number }
  /** No worker has ever read from it. */
  | { readonly kind: "no-queue" }
  | { readonly kind: "too-large"; readonly bytes: number };

export async function submitJob({ keys, call }: Queue, submission: Submission): Promise<Submitted> {
  const { id, input, createdAt, job, mostWaiting } = submission;
  const value = `{"id":${JSON.stringify(id)},"input":${input},"created_at":${JSON.stringify(createdAt)}${rest(job)}}`;
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > JOB_MOST_BYTES) return { kind: "too-large", bytes };
  const snapshot = `{"id":${JSON.stringify(id)},"status":"starting","input":${input},"created_at":${JSON.stringify(createdAt)},"logs":"","metrics":{}${rest(job)}}`;
  const names = [keys.jobs, keys.result(id), keys.events(id), keys.cancel(id)];
  const ttl = job.result_ttl ?? RESULT_TTL_SECONDS;
  const reply = await call(
    ...["EVAL", SUBMIT, names.length, ...names],
    ...[keys.group, JOB_FIELD, value, snapshot, ttl, mostWaiting ?? -1],
  );
  const [kind, first, second] = listOf(reply);
  switch (kind) {
    case "known":
      return { kind, prediction: knownOf(id, first, second) };
    case "queued":
    case "full":
      return { kind, waiting: numberOf(first) };
    default:
      return { kind: "no-queue" };
  }
}

/** The members of an object, behind others. */
function rest(job: Submission["job"]): string {
  const text = JSON.stringify(job);
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}

/**
 * Waiting jobs are what the group has not been given (`lag`, Redis ≥ 7). Where Redis cannot tell, they are those of the
 * stream that nobody holds: workers remove what they have finished.
 */
const SUBMIT = `
local jobs, result, events, cancel = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, field, value, snapshot, ttl, most = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local known = redis.call('HMGET', result, 'status', 'json')
if known[1] then return {'known', known[1], known[2]} end
if redis.call('EXISTS', jobs) == 0 then return {'none'} end
local waiting = redis.call('XLEN', jobs)
for _, one in ipairs(redis.call('XINFO', 'GROUPS', jobs)) do
  local facts = {}
  for i = 1, #one, 2 do facts[one[i]] = one[i + 1] end
  if facts['name'] == group then waiting = facts['lag'] or (waiting - facts['pending']) end
end
if most >= 0 and waiting > most then return {'full', waiting} end
redis.call('DEL', events, cancel)
redis.call('HSET', result, 'status', 'starting', 'json', snapshot)
redis.call('EXPIRE', result, ttl)
redis.call('XADD', jobs, 'NOMKSTREAM', '*', field, value)
return {'queued', waiting}
`;

/** What is written about a job at each event, in the forms that its producer looks at. Pure. */
import type { FeedEvent, Prediction } from "#predictions";
import { hasEnded, renderEvent, renderSnapshot } from "#predictions";
import type { RawJson } from "#raw-json";
import { textOf } from "#raw-json";
import { timestamp } from "#time";
import type { Job } from "./job.ts";
import type { Change } from "./queue.ts";
import {
  echoingSnapshot,
  lastValueMessage,
  linesSnapshot,
  type Shape,
  type Snapshot,
  snapshotOf,
  valueMessage,
} from "./reply.ts";

export interface Circumstances extends Shape {
  readonly queue: string;
  readonly job: Job;
  readonly worker: string;
  readonly attempt: number;
}

const EVENT_NAMES: Readonly<Record<FeedEvent["type"], string>> = {
  start: "start",
  output: "output",
  log: "logs",
  metric: "metric",
  completed: "completed",
};

/** Another worker had it before: what that one told is void. */
export function restartChanges({ job, attempt }: Circumstances): readonly Change[] {
  return attempt > 1 ? eventChange(job, "restart", JSON.stringify({ attempt })) : [];
}

interface ProgressCircumstances extends Circumstances {
  /** Enough time has passed since the last one. */
  readonly snapshotIsDue: boolean;
  /** The item before this event. */
  readonly previous: RawJson | undefined;
}

export function progressChanges(
  event: FeedEvent,
  now: Prediction,
  circumstances: ProgressCircumstances,
): readonly Change[] {
  return [
    ...eventChange(circumstances.job, EVENT_NAMES[event.type], textOf(renderEvent(event, now))),
    ...(circumstances.snapshotIsDue ? [resultChange(now, circumstances)] : []),
    ...progressReply(event, now, circumstances),
  ];
}

export function lastChanges(last: Prediction, circumstances: Circumstances): readonly Change[] {
  const { job, iterates } = circumstances;
  return [
    ...eventChange(job, "completed", textOf(renderSnapshot(last))),
    resultChange(last, circumstances),
    ...lastReply(job, snapshotOf(last, { iterates }), { iterates }),
    ...measured(circumstances, last),
  ];
}

/** The reply of a prediction that has ended, to whoever waits at a `response_queue`. */
export function lastReply(job: Job, snapshot: Snapshot, shape: Shape): readonly Change[] {
  if (job.reply === undefined) return [];
  const { key, form } = job.reply;
  switch (form) {
    case "values":
      return [push(key, lastValueMessage(snapshot, shape))];
    case "rpush":
      return [push(key, linesSnapshot(snapshot))];
    case "set-lines":
      return [set(key, linesSnapshot(snapshot))];
    case "set":
      return [set(key, echoingSnapshot(job, snapshot))];
  }
}

function progressReply(
  event: FeedEvent,
  now: Prediction,
  { job, iterates, snapshotIsDue, previous }: ProgressCircumstances,
): readonly Change[] {
  if (job.reply === undefined) return [];
  const { key, form } = job.reply;
  const snapshot = (): Snapshot => snapshotOf(now, { iterates });
  switch (form) {
    case "values":
      // The last item comes as a success, so that each is told when the next one is there.
      if (event.type !== "output" || !iterates || previous === undefined) return [];
      return [push(key, valueMessage(previous, "processing"))];
    case "rpush":
      return snapshotIsDue || (event.type === "output" && iterates) ? [push(key, linesSnapshot(snapshot()))] : [];
    case "set-lines":
      return snapshotIsDue ? [set(key, linesSnapshot(snapshot()))] : [];
    case "set":
      return snapshotIsDue ? [set(key, echoingSnapshot(job, snapshot()))] : [];
  }
}

function eventChange({ eventsKey, ttlSeconds }: Job, event: string, data: string): readonly Change[] {
  return eventsKey === undefined ? [] : [{ type: "event", key: eventsKey, event, data, ttlSeconds }];
}

function resultChange(now: Prediction, { job, worker, attempt }: Circumstances): Change {
  const startedAt = now.status === "starting" ? undefined : now.startedAt;
  const fields = {
    status: now.status,
    worker,
    attempt: String(attempt),
    json: textOf(renderSnapshot(now)),
    ...(startedAt === undefined ? {} : { started_at: timestamp(startedAt) }),
    ...(hasEnded(now) ? { completed_at: timestamp(now.completedAt) } : {}),
  };
  return { type: "result", id: job.id, fields, ttlSeconds: job.ttlSeconds };
}

/** What dashboards of Cog 0.1 to 0.3 show. */
function measured({ queue, job: { reply } }: Circumstances, last: Prediction): readonly Change[] {
  const old = reply?.form === "values" || reply?.form === "rpush";
  return old && hasEnded(last) ? [{ type: "measure", stream: `${queue}-run-time`, seconds: last.seconds }] : [];
}

function push(key: string, text: RawJson): Change {
  return { type: "reply", key, text, how: "push" };
}

function set(key: string, text: RawJson): Change {
  return { type: "reply", key, text, how: "set" };
}

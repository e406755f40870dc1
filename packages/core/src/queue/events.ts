/** The events of predictions, as workers write them. */
import type { QueueEvent } from "@cog/core/wire";
import { lastOf, lookUp } from "./look.ts";
import type { Queue } from "./queue.ts";
import { listOf, numberOf, pairsOf, textOf } from "./replies.ts";
import { WholeOutput } from "./whole-output.ts";

export interface EventEntry {
  /** The id of the entry: what to read after. */
  readonly at: string;
  /** Undefined: of a later version, which we do not know. */
  readonly event: QueueEvent["event"] | undefined;
  /** JSON, as it was written. */
  readonly data: string;
}

/** How many entries one read may bring. */
export const ENTRIES_AT_ONCE = 256;
/** How long a read waits before the result is looked at: it may be there without its last event. */
const PATIENCE_MS = 2000;
/** How long it waits while items are missing that the next snapshot will have. */
const SNAPSHOT_MS = 250;

const EVENTS: readonly string[] = ["start", "output", "logs", "metric", "restart", "completed"];

/** The answer to XREAD: stream → new entries. */
export function readEntries(reply: unknown): ReadonlyMap<string, readonly EventEntry[]> {
  const streams = listOf(reply).map((stream): [string, readonly EventEntry[]] => {
    const [key, entries] = listOf(stream);
    return [textOf(key) ?? "", entriesOf(entries)];
  });
  return new Map(streams);
}

/** The answer to XRANGE, and each part of that to XREAD. */
export function entriesOf(reply: unknown): readonly EventEntry[] {
  return listOf(reply).map((entry) => {
    const [at, fields] = listOf(entry);
    const members = pairsOf(fields);
    const event = textOf(members.get("event"));
    return { at: textOf(at) ?? "", event: isKnown(event) ? event : undefined, data: textOf(members.get("data")) ?? "" };
  });
}

function isKnown(event: string | undefined): event is QueueEvent["event"] {
  return EVENTS.includes(event ?? "");
}

/**
 * All events of a prediction, from the first that is kept to `completed`, and all items of its output. The connection of
 * `queue` is busy meanwhile: it is blocked by Redis.
 */
export async function* followEvents(queue: Queue, id: string): AsyncGenerator<EventEntry> {
  const key = queue.keys.events(id);
  const whole = new WholeOutput();
  for (let at = "0"; ; ) {
    const blockMs = whole.isWaiting ? SNAPSHOT_MS : PATIENCE_MS;
    const reply = await queue.call(...["XREAD", "COUNT", ENTRIES_AT_ONCE, "BLOCK", blockMs, "STREAMS", key, at]);
    const entries = readEntries(reply).get(key) ?? [];
    for (const entry of entries) {
      at = entry.at;
      yield* whole.take(entry);
      if (entry.event === "completed") return;
    }
    if (whole.isWaiting) yield* whole.fill((await lookUp(queue, id))?.json ?? "{}");
    if (entries.length > 0) continue;
    const last = await lastOf(queue, id);
    if (last === undefined) continue;
    yield* whole.take({ at, event: "completed", data: last.json });
    return;
  }
}

/** How many entries of a stream are not kept any more; Redis before 7 cannot tell, and says 0. */
export async function droppedIn({ call }: Queue, key: string): Promise<number> {
  const facts = pairsOf(await call("XINFO", "STREAM", key));
  const added = facts.get("entries-added");
  return added === undefined ? 0 : numberOf(added) - numberOf(facts.get("length"));
}

/** A model may say more than a page can hold: what is kept of it. Pure. */
import { type Json, jsonText } from "@cog/core/json";
import type { Output, RawEvent, TimelineEvent } from "./state.ts";

const MOST_OUTPUT_BYTES = 4 * 1024 * 1024;
const MOST_OUTPUT_ITEMS = 4096;
const MOST_LOG_CHARACTERS = 1024 * 1024;
const MOST_RAW_EVENTS = 1000;
const MOST_RAW_CHARACTERS = 64 * 1024;
const MOST_TIMELINE_EVENTS = 100;

/** Items beyond the limits are counted, not kept. */
export function withItem(output: Output, item: Json): Output {
  const now = output.kind === "items" ? output : ({ kind: "items", items: [], bytes: 0, dropped: 0 } as const);
  const bytes = now.bytes + sizeOf(item);
  if (now.items.length >= MOST_OUTPUT_ITEMS || bytes > MOST_OUTPUT_BYTES) return { ...now, dropped: now.dropped + 1 };
  return { ...now, items: [...now.items, item], bytes };
}

/** The newest logs are the ones that matter. */
export function withLogs(logs: string, more: string): string {
  const whole = logs + more;
  return whole.length > MOST_LOG_CHARACTERS ? whole.slice(-MOST_LOG_CHARACTERS) : whole;
}

export function withRawEvent(events: readonly RawEvent[], event: RawEvent): readonly RawEvent[] {
  const data = cut(event.data, MOST_RAW_CHARACTERS);
  return [...events, { ...event, data }].slice(-MOST_RAW_EVENTS);
}

/** An answer as it is shown: its output is kept apart. */
export function asShown(body: string): string {
  return cut(body, MOST_OUTPUT_BYTES);
}

/** Events alike that follow each other are one line. */
export function withTimelineEvent(
  events: readonly TimelineEvent[],
  event: Omit<TimelineEvent, "times">,
): readonly TimelineEvent[] {
  const last = events.at(-1);
  if (last !== undefined && last.kind === event.kind && last.text === event.text)
    return [...events.slice(0, -1), { ...last, times: last.times + 1 }];
  return [...events, { ...event, times: 1 }].slice(-MOST_TIMELINE_EVENTS);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

function sizeOf(item: Json): number {
  return typeof item === "string" ? item.length : jsonText(item).length;
}

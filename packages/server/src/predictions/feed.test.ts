import { expect, test } from "vitest";
import { rawJson } from "#raw-json";
import type { FeedEvent } from "./feed.ts";
import { Feed } from "./feed.ts";
import { newPrediction } from "./prediction.ts";

const now = newPrediction({ id: "p", input: rawJson("{}"), createdAt: "then" });

function output(index: number): FeedEvent {
  return { type: "output", chunk: rawJson(String(index)), index };
}

function feedWith({ capacity, events }: { capacity: number; events: number }): Feed {
  const feed = new Feed(capacity);
  for (let index = 0; index < events; index += 1) feed.publish(output(index), now);
  return feed;
}

test("a late subscriber sees everything that was kept", () => {
  expect(feedWith({ capacity: 3, events: 3 }).replay()).toEqual({
    type: "complete",
    events: [output(0), output(1), output(2)],
  });
});

test("when events were dropped it learns how many", () => {
  expect(feedWith({ capacity: 2, events: 5 }).replay()).toEqual({ type: "truncated", skipped: 3 });
});

test("without a history there is nothing to replay and nothing missing", () => {
  expect(feedWith({ capacity: 0, events: 5 }).replay()).toEqual({ type: "complete", events: [] });
});

test("subscribers get the same events until they leave", () => {
  const feed = new Feed(0);
  const seen: FeedEvent[] = [];
  const leave = feed.subscribe((event) => seen.push(event));
  feed.publish(output(0), now);
  leave();
  feed.publish(output(1), now);
  expect(seen).toEqual([output(0)]);
});

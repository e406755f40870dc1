import { expect, test } from "vitest";
import { readEvents } from "./event-stream.ts";

const TEXT =
  ': keep-alive\n\nevent: start\ndata: {"id":"a"}\n\nevent: output\r\ndata: 1\r\ndata: 2\r\n\r\ndata: bare\n\n';

test.each([1, 2, 7, 1000])("events come out whole when the text comes in pieces of %i", async (size) => {
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < TEXT.length; at += size) yield TEXT.slice(at, at + size);
  }
  const events = [];
  for await (const event of readEvents(pieces())) events.push(event);
  expect(events).toEqual([
    { event: "start", data: '{"id":"a"}' },
    { event: "output", data: "1\n2" },
    { event: "message", data: "bare" },
  ]);
});

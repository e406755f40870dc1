/** Server-sent events beyond the plain case: late watchers, history, failures, async models. */
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { json, text } from "node:stream/consumers";
import type { StreamEvent } from "@cog/core/wire";
import { expect, test } from "vitest";
import { type ModelServer, schemaOf, serving } from "#testing";

const MODEL = `
import os, sys, time
from cog import current_scope
class Model:
    def run(self, n: int = 3, end: str = ""):
        print("hello")
        print("careful", file=sys.stderr)
        current_scope().record_metric("a.b", 1)
        current_scope().record_metric("a.b", 2, mode="incr")
        for index in range(n):
            yield index
        if end == "wait":
            while not os.path.exists("go"): time.sleep(0.005)
        if end == "fail":
            raise ValueError("boom")
`;
const SCHEMA = schemaOf({
  streaming: true,
  inputs: [
    { name: "n", type: { kind: "integer" }, default: 3 },
    { name: "end", type: { kind: "string" }, default: "" },
  ],
  output: { kind: "iterator", items: { kind: "integer" }, concatenate: false },
});
const model = { model: MODEL, schema: SCHEMA };

async function all(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

/** The text of a stream that attaches to a live prediction. */
async function attach(server: ModelServer, id: string): Promise<string> {
  const response = await server.request("PUT", `/predictions/${id}`, { headers: { Accept: "text/event-stream" } });
  return response.text();
}

async function waitsAtTheEnd(server: ModelServer, id: string, n = 3): Promise<void> {
  await server.client.start({ id, input: { n, end: "wait" } });
  await expect.poll(async () => (await server.client.look(id))?.output).toHaveLength(n);
}

test("the headers, and the form of every event", async () => {
  await serving(model, async (server) => {
    const response = await server.post("/predictions", { id: "s" }, { Accept: "text/event-stream" });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("content-length")).toBeNull();
    const text = await response.text();
    expect(text).toMatch(/^(?:event: [a-z]+\ndata: [^\n]+\n\n)+$/);
    expect(text).toContain('event: log\ndata: {"source":"stdout","data":"hello\\n"}\n\n');
    expect(text).toContain('event: log\ndata: {"source":"stderr","data":"careful\\n"}\n\n');
    expect(text).toContain('event: metric\ndata: {"name":"a.b","value":1,"mode":"replace"}\n\n');
    expect(text).toContain('event: metric\ndata: {"name":"a.b","value":2,"mode":"increment"}\n\n');
  });
});

test("a failure ends the stream with the partial output", async () => {
  await serving(model, async (server) => {
    const events = await all(server.client.stream({ input: { end: "fail" } }));
    expect(events.at(-1)).toMatchObject({
      event: "completed",
      data: { status: "failed", error: "boom", output: [0, 1, 2], logs: expect.stringContaining("ValueError: boom") },
    });
    const sync = await server.client.predict({ input: { end: "fail" } });
    expect(sync).not.toHaveProperty("output");
  });
});

test("late watchers get the whole story, and see the same end", async () => {
  await serving(model, async (server) => {
    await waitsAtTheEnd(server, "l");
    const watching = Array.from({ length: 5 }, () => attach(server, "l"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(join(server.folder, "go"), "");
    const [first = "", ...others] = await Promise.all(watching);
    expect(first.match(/^event: .*/gm)?.[0]).toBe("event: start");
    expect(first.match(/event: output/g)).toHaveLength(3);
    expect(first).toContain('"status":"succeeded"');
    for (const other of others) expect(other).toBe(first);
  });
});

test("watchers that leave do not end a prediction they did not make", async () => {
  await serving(model, async (server) => {
    await waitsAtTheEnd(server, "w");
    const leaving = new AbortController();
    const headers = { Accept: "text/event-stream" };
    await server.request("PUT", "/predictions/w", { headers, signal: leaving.signal });
    leaving.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await server.client.look("w")).toMatchObject({ status: "processing" });
    await writeFile(join(server.folder, "go"), "");
    await expect.poll(async () => (await server.client.look("w"))?.status).toBe("succeeded");
  });
});

test("beyond the history a late watcher gets one error event; the maker gets everything", async () => {
  await serving({ ...model, env: { COG_STREAM_HISTORY_CAPACITY: "2" } }, async (server) => {
    expect((await all(server.client.stream({ input: {} }))).filter(({ event }) => event === "output")).toHaveLength(3);
    await waitsAtTheEnd(server, "h");
    const text = await attach(server, "h");
    expect(text).toMatch(
      /^event: error\ndata: \{"error":"SSE stream replay truncated; events were dropped","skipped":\d+\}\n\n$/,
    );
    await server.client.cancel("h");
  });
});

test("without a history a late watcher sees what comes from now on", async () => {
  await serving({ ...model, env: { COG_STREAM_HISTORY_CAPACITY: "0" } }, async (server) => {
    await waitsAtTheEnd(server, "n");
    const watching = attach(server, "n");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(join(server.folder, "go"), "");
    expect((await watching).match(/^event: .*/gm)).toEqual(["event: completed"]);
  });
});

test("a cancel shows in the stream, with what had come", async () => {
  await serving(model, async (server) => {
    await waitsAtTheEnd(server, "c");
    const watching = attach(server, "c");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await server.client.cancel("c")).toBe(true);
    const last = /event: completed\ndata: (.*)\n\n$/.exec(await watching)?.[1] ?? "null";
    expect(JSON.parse(last)).toMatchObject({ status: "canceled", output: [0, 1, 2] });
  });
});

test("chunks of an async generator arrive when they are made", async () => {
  const asynchronous = `
import asyncio, os
class Model:
    async def run(self, n: int = 3, end: str = ""):
        yield "first"
        while not os.path.exists("go"): await asyncio.sleep(0.005)
        yield "second"
`;
  await serving({ ...model, model: asynchronous }, async (server) => {
    const chunks: unknown[] = [];
    for await (const { event, data } of server.client.stream({ input: {} })) {
      if (event !== "output") continue;
      chunks.push(data.chunk);
      // Nobody would write it if the first chunk waited for the second.
      await writeFile(join(server.folder, "go"), "");
    }
    expect(chunks).toEqual(["first", "second"]);
  });
});

test("refusals come as plain answers before a stream starts", async () => {
  await serving(model, async (server) => {
    await waitsAtTheEnd(server, "busy");
    const headers = { Accept: "text/event-stream" };
    expect((await server.post("/predictions", { input: {} }, headers)).status).toBe(409);
    expect((await server.post("/predictions", { input: { n: "x" } }, headers)).status).toBe(422);
    await server.client.cancel("busy");
  });
});

test("a comment breaks every long silence", async () => {
  await serving({ ...model, env: { COG_SSE_KEEPALIVE: "0.1" } }, async (server) => {
    await waitsAtTheEnd(server, "k");
    const headers = { Accept: "text/event-stream" };
    const { body } = await server.request("PUT", "/predictions/k", { headers });
    let text = "";
    let end: Promise<void> | undefined;
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.split(": keep-alive\n\n").length > 3) end ??= writeFile(join(server.folder, "go"), "");
    }
    await end;
    expect(text).toMatch(/\n\n: keep-alive\n(?=\n)/);
    // Comments are nothing to those who read events.
    expect(text.replaceAll(": keep-alive\n\n", "")).toMatch(/^(?:event: [a-z]+\ndata: [^\n]+\n\n)+$/);
  });
});

test("1024 watch one prediction; the next is turned away until one leaves", async () => {
  await serving(model, async (server) => {
    await waitsAtTheEnd(server, "crowd", 1);
    const agent = new Agent({ maxSockets: 2000 });
    const ask = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const headers = { Accept: "text/event-stream" };
        request(`${server.url}/predictions/crowd`, { method: "PUT", agent, headers }, resolve)
          .once("error", reject)
          .end();
      });
    const watching = await Promise.all(Array.from({ length: 1024 }, ask));
    expect(watching.every(({ statusCode }) => statusCode === 200)).toBe(true);
    const refused = await ask();
    expect(refused.statusCode).toBe(429);
    expect(await json(refused)).toEqual({ error: "Too many stream subscribers" });
    watching.pop()?.destroy();
    await expect
      .poll(async () => {
        const next = await ask();
        watching.push(next);
        return next.statusCode;
      })
      .toBe(200);
    await writeFile(join(server.folder, "go"), "");
    const whole = await Promise.all(watching.filter(({ statusCode }) => statusCode === 200).map(text));
    expect(whole).toHaveLength(1024);
    expect(new Set(whole).size).toBe(1);
    expect(whole[0]).toContain('"status":"succeeded"');
    agent.destroy();
  });
});

test("of two watchers the one that does not read is cut off; the other sees everything", async () => {
  const endless = `
import os, time
class Model:
    def run(self, n: int = 3, end: str = ""):
        while not os.path.exists("go"): time.sleep(0.005)
        for index in range(n):
            yield str(index) + "x" * 4000
            # Not faster than a client that reads.
            if index % 100 == 0: time.sleep(0.03)
`;
  await serving({ ...model, model: endless }, async (server) => {
    await server.client.start({ id: "two", input: { n: 6000 } });
    const headers = { Accept: "text/event-stream" };
    const sleepy = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${server.url}/predictions/two`, { method: "PUT", headers }, resolve).once("error", reject).end();
    });
    const awake = attach(server, "two");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(join(server.folder, "go"), "");
    expect((await awake).match(/^event: output/gm)).toHaveLength(6000);
    const seen = await text(sleepy);
    expect(seen).toMatch(/event: error\ndata: \{"error":"SSE stream lagged; events were dropped","skipped":\d+\}\n\n$/);
    expect(seen).not.toContain("event: completed");
  });
});

/** Predictions through the front door: modes, ids, cancel, streams. */
import type { StreamEvent } from "@cog/core/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, schemaOf } from "#testing";

/** What the model does is told by its inputs, so that one server serves many tests. */
const MODEL = `
import os, sys, time
from typing import Iterator
from cog import BasePredictor, Input, current_scope

class Model(BasePredictor):
    def run(self, say: str = "", wait_for: str = "", fail: str = "", items: int = -1, ask: str = ""):
        if say:
            print(say)
        if ask == "metrics":
            current_scope().record_metric("a.b", 1)
            current_scope().record_metric("a.b", 2, mode="incr")
        if ask == "context":
            return dict(current_scope().context)
        if ask == "list":
            return ["a", "b"]
        if ask == "none":
            return None
        if items >= 0:
            return self.count(items, wait_for, fail)
        self.wait(wait_for)
        if fail:
            raise ValueError(fail)
        return say

    def wait(self, path):
        while path and not os.path.exists(path):
            time.sleep(0.005)

    def count(self, items, wait_for, fail):
        for index in range(items):
            print("item", index)
            yield {"n": index}
        self.wait(wait_for)
        if fail:
            raise ValueError(fail)
`;

const text = (name: string) => ({ name, type: { kind: "string" }, default: "" }) as const;
const SCHEMA = schemaOf({
  streaming: true,
  inputs: [
    text("say"),
    text("wait_for"),
    text("fail"),
    text("ask"),
    { name: "items", type: { kind: "integer" }, default: -1, le: 100_000 },
  ],
  output: { kind: "object" },
});

describe("one slot", () => {
  let server: ModelServer;
  let gates = 0;

  beforeAll(async () => {
    server = await ModelServer.start({ model: MODEL, schema: SCHEMA });
  });
  afterAll(() => server.close());

  /** A file that the model waits for. */
  async function gate(): Promise<{ path: string; open: () => Promise<void> }> {
    const { writeFile } = await import("node:fs/promises");
    gates += 1;
    const path = `${server.folder}/gate-${gates}`;
    return { path, open: () => writeFile(path, "") };
  }

  async function running(id: string): Promise<void> {
    for await (const { event } of streamOf(id)) if (event === "start" || event === "log") return;
  }

  /** Asks until it has ended. */
  async function ended(id: string) {
    for (;;) {
      const found = await server.client.look(id);
      if (found?.completed_at !== undefined) return found;
    }
  }

  /** Attaches to a live prediction. */
  async function* streamOf(id: string) {
    const abort = new AbortController();
    const response = await server.request("PUT", `/predictions/${id}`, {
      headers: { Accept: "text/event-stream" },
      signal: abort.signal,
    });
    try {
      let rest = "";
      for await (const chunk of (response.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + chunk).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const [, event = "", data = "null"] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
          if (event !== "") yield { event, data: JSON.parse(data) };
        }
      }
    } finally {
      abort.abort();
    }
  }

  test("a sync answer has everything", async () => {
    const answer = await server.client.predict({ id: "full", input: { say: "hé 🐍" }, created_at: "then" });
    expect(answer).toEqual({
      id: "full",
      status: "succeeded",
      input: { say: "hé 🐍" },
      output: "hé 🐍",
      logs: "hé 🐍\n",
      metrics: { predict_time: expect.any(Number) },
      created_at: "then",
      started_at: expect.stringMatching(/\+00:00$/),
      completed_at: expect.stringMatching(/\+00:00$/),
    });
  });

  test("a failed answer has the message, the logs, and no output", async () => {
    const answer = await server.client.predict({ input: { say: "before", fail: "boom" } });
    expect(answer).toMatchObject({ status: "failed", error: "boom", logs: expect.stringContaining("before\n") });
    expect(answer.logs).toContain("ValueError: boom");
    expect(answer).not.toHaveProperty("output");
  });

  test("generators become arrays, lists stay, None is null", async () => {
    expect((await server.client.predict({ input: { items: 2 } })).output).toEqual([{ n: 0 }, { n: 1 }]);
    expect((await server.client.predict({ input: { items: 0 } })).output).toEqual([]);
    expect((await server.client.predict({ input: { ask: "list" } })).output).toEqual(["a", "b"]);
    expect(await server.client.predict({ input: { ask: "none" } })).toHaveProperty("output", null);
  });

  test("metrics and context", async () => {
    const { metrics } = await server.client.predict({ input: { ask: "metrics" } });
    expect(metrics).toEqual({ a: { b: 3 }, predict_time: expect.any(Number) });
    const { output } = await server.client.predict({ input: { ask: "context" }, context: { who: "me" } });
    expect(output).toEqual({ who: "me" });
  });

  test("a sequential client never meets a full server", async () => {
    for (let index = 0; index < 300; index += 1) {
      expect((await server.post("/predictions", { input: {} })).status).toBe(200);
    }
  });

  test("the answer to respond-async is exactly two keys; GET tells the rest", async () => {
    const answer = await server.post(
      "/predictions",
      { id: "a1", input: { say: "x" } },
      { Prefer: "Respond-Async, wait=5" },
    );
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ id: "a1", status: "starting" });
    expect(await ended("a1")).toMatchObject({ status: "succeeded", output: "x" });
    expect(await server.client.look("nobody")).toBeUndefined();
  });

  test("a full server answers 409 and says BUSY; PUT of a running id answers with the snapshot", async () => {
    const { path, open } = await gate();
    await server.client.start({ id: "busy", input: { say: "in", wait_for: path } });
    await running("busy");
    expect((await server.client.health()).status).toBe("BUSY");
    await expect(server.client.predict({ input: {} })).rejects.toMatchObject({ status: 409 });
    await expect(server.client.predict({ input: { items: "no" } })).rejects.toMatchObject({ status: 422 });
    const retry = await server.request("PUT", "/predictions/busy", { body: { input: { say: "other" } } });
    expect(retry.status).toBe(202);
    expect(await retry.json()).toMatchObject({ id: "busy", status: "processing", input: { say: "in" }, metrics: {} });
    expect((await server.post("/predictions", { id: "busy", input: {} })).status).toBe(409);
    const last = untilEnd("busy");
    await open();
    expect(await last).toMatchObject({ status: "succeeded" });
    const again = await server.request("PUT", "/predictions/busy", { body: { input: { say: "second" } } });
    expect(await again.json()).toMatchObject({ status: "succeeded", output: "second" });
  });

  async function untilEnd(id: string) {
    let last: unknown;
    for await (const { event, data } of streamOf(id)) if (event === "completed") last = data;
    return last;
  }

  test("cancel ends a running prediction; its items stay visible where partial output is shown", async () => {
    await server.client.start({ id: "c1", input: { items: 1, wait_for: "/nowhere" } });
    await expect.poll(async () => (await server.client.look("c1"))?.output).toEqual([{ n: 0 }]);
    const last = untilEnd("c1");
    expect(await server.client.cancel("c1")).toBe(true);
    expect(await last).toMatchObject({ status: "canceled", output: [{ n: 0 }] });
    expect(await server.client.cancel("c1")).toBe(false);
    expect((await server.client.predict({ input: { say: "next" } })).output).toBe("next");
  });

  test("a sync client that waits sees the cancel", async () => {
    const answer = server.client.predict({ id: "c2", input: { say: "go", wait_for: "/nowhere" } });
    await server.logged('"prediction_id":"c2"');
    expect(await Promise.all([1, 2, 3].map(() => server.client.cancel("c2")))).toContain(true);
    expect(await answer).toMatchObject({ status: "canceled", logs: "go\n" });
  });

  test("a client that goes away cancels its prediction", async () => {
    const abort = new AbortController();
    const answer = server.client.predict(
      { id: "c3", input: { say: "go", wait_for: "/nowhere" } },
      { signal: abort.signal },
    );
    await server.logged('"prediction_id":"c3"');
    abort.abort();
    await expect(answer).rejects.toThrow();
    expect(await ended("c3")).toMatchObject({ status: "canceled" });
  });

  test("a stream shows everything in order", async () => {
    const events: StreamEvent[] = [];
    for await (const event of server.client.stream({ id: "s1", input: { items: 2 } })) events.push(event);
    const index = (name: string) => events.findIndex(({ event }) => event === name);
    expect(events[0]).toEqual({ event: "start", data: { id: "s1", status: "processing" } });
    expect(events.filter(({ event }) => event === "output").map(({ data }) => data)).toEqual([
      { chunk: { n: 0 }, index: 0 },
      { chunk: { n: 1 }, index: 1 },
    ]);
    expect(index("log")).toBeLessThan(index("output"));
    expect(events.at(-1)).toMatchObject({
      event: "completed",
      data: { status: "succeeded", output: [{ n: 0 }, { n: 1 }], logs: "item 0\nitem 1\n" },
    });
  });

  test("a single value and a list are streamed item by item", async () => {
    const chunks = async (input: Record<string, string>) => {
      const found = [];
      for await (const { event, data } of server.client.stream({ input })) if (event === "output") found.push(data);
      return found;
    };
    expect(await chunks({ say: "x" })).toEqual([{ chunk: "x", index: 0 }]);
    expect(await chunks({ ask: "list" })).toEqual([
      { chunk: "a", index: 0 },
      { chunk: "b", index: 1 },
    ]);
  });

  test("the first event comes at once, while the model still works", async () => {
    const { path, open } = await gate();
    const stream = server.client.stream({ input: { wait_for: path } });
    expect((await stream.next()).value).toMatchObject({ event: "start" });
    await open();
    expect((await stream.next()).value).toMatchObject({ event: "output" });
    for await (const _ of stream);
  });

  test("when the last watcher of a stream-made prediction leaves, it is canceled", async () => {
    const stream = server.client.stream({ id: "s2", input: { wait_for: "/nowhere" } });
    await stream.next();
    await stream.return(undefined);
    expect(await ended("s2")).toMatchObject({ status: "canceled" });
  });

  test("a slow reader gets every event", async () => {
    const response = await server.post("/predictions", { input: { items: 30_000 } }, { Accept: "text/event-stream" });
    // Long enough unread for all buffers between us to fill.
    await server.logged('"item 2000"');
    expect(await response.text().then((all) => all.match(/event: output/g)?.length)).toBe(30_000);
  });
});

describe("with a queue", () => {
  test("requests wait in order, may leave, and beyond the bound get 409", async () => {
    const server = await ModelServer.start({ model: MODEL, schema: SCHEMA, env: { COG_QUEUE_MAX: "2" } });
    try {
      const first = server.client.predict({ id: "q1", input: { say: "one", wait_for: `${server.folder}/go` } });
      await server.logged('"prediction_id":"q1"');
      await server.client.start({ id: "q2", input: { say: "two" } });
      const third = server.client.predict({ id: "q3", input: { say: "three" } });
      for (;;) if ((await server.client.look("q3")) !== undefined) break;
      await expect(server.client.predict({ input: {} })).rejects.toMatchObject({ status: 409 });
      expect(await server.client.cancel("q2")).toBe(true);
      expect(await server.client.look("q2")).toMatchObject({ status: "canceled", metrics: { predict_time: 0 } });
      const { writeFile } = await import("node:fs/promises");
      await writeFile(`${server.folder}/go`, "");
      expect(await first).toMatchObject({ output: "one" });
      expect(await third).toMatchObject({ output: "three" });
    } finally {
      await server.close();
    }
  });
});

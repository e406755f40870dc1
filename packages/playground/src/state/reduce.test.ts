import type { JsonObject } from "@cog/core/json";
import type { StreamEvent } from "@cog/core/wire";
import { expect, test } from "vitest";
import { type Action, reduce } from "./reduce.ts";
import { initialState, type State } from "./state.ts";

const REQUEST = { method: "POST", path: "/predictions", headers: {}, body: "{}" } as const;
const SENT: Action = { type: "sent", mode: "stream", request: REQUEST, nextWebhookToken: "b", at: 0 };

function after(...actions: readonly Action[]): State {
  return actions.reduce(reduce, initialState);
}

function document(inputs: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    paths: { "/predictions": { post: {} } },
    components: { schemas: { Input: { properties: inputs } } },
    ...more,
  };
}

const configured = (target: string): Action => ({
  type: "configured",
  config: { target, webhookBase: "http://h", cogVersion: "1" },
  webhookToken: "a",
});

function streamed(event: StreamEvent, at = 1): Action {
  return { type: "streamed", event, data: JSON.stringify(event.data), at };
}

const chunk = (text: string, index = 0) => streamed({ event: "output", data: { chunk: text, index } });

test("what was typed is kept when the same model answers again, and only then", () => {
  const one = document({ a: { type: "string" } });
  const typed: readonly Action[] = [
    configured("http://m"),
    { type: "described", document: one },
    { type: "input", name: "a", value: "x" },
  ];
  expect(after(...typed, { type: "described", document: structuredClone(one) }).draft.input).toEqual({ a: "x" });
  expect(after(...typed, { type: "connect" }).model).toBeDefined();
  expect(after(...typed, { type: "described", document: document({ b: { type: "string" } }) }).draft.input).toEqual({});
  expect(after(...typed, { type: "target-typed", text: "http://n/" }, { type: "connect" })).toMatchObject({
    connection: { target: "http://n", health: { kind: "asking" } },
    model: undefined,
    run: undefined,
  });
});

const MODES: readonly (readonly [what: string, paths: JsonObject, modes: readonly string[], first: string])[] = [
  ["nothing more", { "/predictions": { post: {} } }, ["sync"], "sync"],
  ["streaming", { "/predictions": { post: { "x-cog-streaming": true } } }, ["sync", "stream"], "stream"],
  ["a cancel path", { "/predictions": {}, "/predictions/{id}/cancel": {} }, ["sync", "async"], "sync"],
];

test.each(MODES)("a model with %s offers its modes", (_, paths, modes, first) => {
  const { model, draft } = after({ type: "described", document: document({}, { paths }) });
  expect(model?.modes).toEqual(modes);
  expect(draft.mode).toBe(first);
});

test("a model that trains is tried by its training", () => {
  const schemas = { Input: {}, TrainingInput: { properties: { n: { type: "integer" } } } };
  const { model } = after({ type: "described", document: { components: { schemas } } });
  expect(model).toMatchObject({
    path: "/trainings",
    component: "TrainingInput",
    endpoint: { inputs: [{ name: "n" }] },
  });
});

test("a stream gathers output, logs and metrics, until its end", () => {
  const events = [
    streamed({ event: "start", data: { id: "p", status: "processing" } }),
    chunk("a"),
    chunk("b", 1),
    streamed({ event: "log", data: { source: "stdout", data: "l\n" } }),
    streamed({ event: "metric", data: { name: "n", value: 2, mode: "replace" } }),
    streamed({ event: "metric", data: { name: "n", value: 3, mode: "increment" } }),
    streamed({ event: "metric", data: { name: "s", value: 1, mode: "append" } }),
  ];
  const { run } = after(SENT, ...events);
  expect(run).toMatchObject({
    status: "processing",
    predictionId: "p",
    output: { kind: "items", items: ["a", "b"] },
    logs: "l\n",
    metrics: { n: 5, s: [1] },
    endedAt: undefined,
  });
  const end = streamed({ event: "completed", data: { id: "p", status: "failed", error: "no", output: ["a"] } }, 9);
  expect(after(SENT, ...events, end).run).toMatchObject({
    status: "failed",
    error: "no",
    output: { kind: "value", value: ["a"] },
    logs: "l\n",
    endedAt: 9,
  });
});

test("what a worker gave that was lost is forgotten when another one begins again", () => {
  const events = [chunk("a"), streamed({ event: "restart", data: { attempt: 2 } }), chunk("b")];
  expect(after(SENT, ...events).run).toMatchObject({ output: { kind: "items", items: ["b"] }, logs: "", metrics: {} });
});

test("what comes after the end, or after it was stopped, changes nothing", () => {
  const stopped = after(SENT, chunk("a"), { type: "stopped", text: "cancel p", at: 2 });
  expect(stopped.run?.status).toBe("canceled");
  expect(reduce(stopped, chunk("late"))).toBe(stopped);
});

test("a model that says more than a page can hold is cut, and events alike are one line", () => {
  const many = Array.from({ length: 5000 }, (_, index) => chunk("x", index));
  const { run } = after(SENT, ...many);
  expect(run?.output).toMatchObject({ kind: "items", dropped: 5000 - 4096 });
  expect(run?.raw.length).toBe(1000);
  expect(run?.timeline).toMatchObject([{ kind: "request" }, { kind: "sse", text: "output", times: 5000 }]);
  const large = after(SENT, chunk("x".repeat(4 * 1024 * 1024)), chunk("y"));
  expect(large.run?.output).toMatchObject({ items: [expect.any(String)], dropped: 1 });
  const logs = streamed({ event: "log", data: { source: "stdout", data: "l".repeat(1024 * 1024) } });
  const last = streamed({ event: "log", data: { source: "stdout", data: "last" } });
  expect(after(SENT, logs, last).run?.logs).toMatch(/^l{1048572}last$/);
  const long = after(SENT, chunk("x".repeat(100_000))).run;
  expect(long?.raw[0]?.data.length).toBeLessThan(70_000);
  const different = Array.from({ length: 150 }, (_, index) =>
    index % 2 === 0 ? chunk("x") : streamed({ event: "log", data: { source: "stdout", data: "" } }),
  );
  expect(after(SENT, ...different).run?.timeline.length).toBe(100);
});

test("completed always comes, and every run listens to a token of its own", () => {
  const without = after(
    configured("http://m"),
    { type: "webhook-event", event: "completed", wanted: false },
    { type: "webhook-event", event: "logs", wanted: false },
  );
  expect(without.draft).toMatchObject({ webhookEvents: ["start", "output", "completed"], webhookToken: "a" });
  expect(reduce(without, SENT).draft.webhookToken).toBe("b");
});

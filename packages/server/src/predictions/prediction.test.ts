import type { JsonObject } from "@cog/core/json";
import { expect, test } from "vitest";
import { rawJson } from "#raw-json";
import type { Prediction, PredictionEvent } from "./prediction.ts";
import { advance, newPrediction } from "./prediction.ts";

const end = { at: 2000, seconds: 1 };
const started: PredictionEvent = { type: "started", at: 1000 };
const item = (value: string): PredictionEvent => ({ type: "output", value: rawJson(value) });
const done = (value?: string): PredictionEvent => ({
  type: "done",
  value: value === undefined ? undefined : rawJson(value),
  ...end,
});
const cancelRequested: PredictionEvent = { type: "cancelRequested" };

function after(...events: readonly PredictionEvent[]): Prediction {
  return events.reduce(advance, newPrediction({ id: "p", input: rawJson("{}"), createdAt: "then" }));
}

interface Row {
  readonly name: string;
  readonly events: readonly PredictionEvent[];
  readonly expected: Partial<Record<string, unknown>>;
}

const ROWS: readonly Row[] = [
  { name: "new", events: [], expected: { status: "starting", logs: "", metrics: {} } },
  { name: "started", events: [started], expected: { status: "processing", startedAt: 1000 } },
  { name: "one value", events: [started, done('"x"')], expected: { status: "succeeded", output: '"x"', seconds: 1 } },
  {
    name: "items become an array",
    events: [started, item("1"), item("2"), done()],
    expected: { status: "succeeded", output: "[1,2]" },
  },
  { name: "no item is an empty array", events: [started, done()], expected: { output: "[]" } },
  {
    name: "logs grow",
    events: [
      { type: "log", source: "stdout", text: "a\n" },
      { type: "log", source: "stderr", text: "b\n" },
    ],
    expected: { logs: "a\nb\n" },
  },
  {
    name: "failed keeps its items",
    events: [started, item("1"), { type: "failed", error: "boom", reason: "exception", ...end }],
    expected: { status: "failed", error: "boom", items: "1" },
  },
  {
    name: "canceled",
    events: [started, cancelRequested, { type: "canceled", ...end }],
    expected: { status: "canceled", completedAt: 2000 },
  },
  {
    name: "a model that swallows the cancel and returns is canceled, its value stays",
    events: [started, cancelRequested, item('"x"'), done('"x"')],
    expected: { status: "canceled", items: '"x"' },
  },
  {
    name: "another exception after a cancel is a cancel",
    events: [started, cancelRequested, { type: "failed", error: "boom", reason: "exception", ...end }],
    expected: { status: "canceled" },
  },
  {
    name: "canceled before it got a slot",
    events: [cancelRequested, { type: "canceled", ...end }],
    expected: { status: "canceled", startedAt: undefined },
  },
  {
    name: "nothing happens after the end",
    events: [started, done("1"), item("2"), { type: "failed", error: "late", reason: "exception", ...end }],
    expected: { status: "succeeded", output: "1", items: "" },
  },
];

test.each(ROWS)("$name", ({ events, expected }) => {
  expect(after(...events)).toMatchObject(expected);
});

type Metric = Extract<PredictionEvent, { type: "metric" }>["metric"];

const METRICS: readonly { name: string; records: readonly Metric[]; expected: JsonObject }[] = [
  { name: "replace", records: [metric("a", 1), metric("a", 2)], expected: { a: 2 } },
  { name: "null deletes", records: [metric("a", 1), metric("a", null)], expected: {} },
  { name: "increment", records: [metric("a", 1, "increment"), metric("a", 2, "increment")], expected: { a: 3 } },
  { name: "append", records: [metric("a", 1, "append"), metric("a", "x", "append")], expected: { a: [1, "x"] } },
  { name: "append to a scalar", records: [metric("a", 1), metric("a", 2, "append")], expected: { a: [1, 2] } },
  { name: "dots nest", records: [metric("t.p.q", 1), metric("t.r", 2)], expected: { t: { p: { q: 1 }, r: 2 } } },
];

test.each(METRICS)("metrics: $name", ({ records, expected }) => {
  expect(after(...records.map((metric) => ({ type: "metric", metric }) as const)).metrics).toEqual(expected);
});

function metric(name: string, value: Metric["value"], mode: Metric["mode"] = "replace"): Metric {
  return { name, value, mode };
}

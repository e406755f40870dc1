import { expect, test } from "vitest";
import { rawJson } from "#raw-json";
import { History } from "./history.ts";
import type { EndedPrediction } from "./prediction.ts";
import { advance, hasEnded, newPrediction } from "./prediction.ts";

const MIB = 1024 * 1024;

function ended(id: string, output: string): EndedPrediction {
  const started = newPrediction({ id, input: rawJson("{}"), createdAt: "2026-11-21T00:00:00+00:00" });
  const last = advance(started, { type: "done", value: rawJson(JSON.stringify(output)), at: 0, seconds: 1 });
  if (!hasEnded(last)) throw new Error("it goes on");
  return last;
}

function outputOf(history: History, id: string): string | undefined {
  const text = history.get(id);
  return text === undefined ? undefined : JSON.parse(text).output;
}

test("the newest 256 are kept", () => {
  const history = new History();
  expect(history.get("0")).toBeUndefined();
  for (let index = 0; index < 1000; index += 1) history.add(ended(String(index), `é ${index}`.repeat(index % 7)));
  expect(history.get("743")).toBeUndefined();
  for (let index = 744; index < 1000; index += 1) {
    expect(outputOf(history, String(index))).toBe(`é ${index}`.repeat(index % 7));
  }
});

test("of one id the newest is shown", () => {
  const history = new History();
  for (const output of ["short", "long".repeat(10_000), "short again"]) {
    history.add(ended("same", output));
    expect(outputOf(history, "same")).toBe(output);
  }
  history.add(ended("same", "too long".repeat(MIB)));
  expect(history.get("same")).toBeUndefined();
});

test("long ones leave when newer ones need their room, short ones stay", () => {
  const history = new History();
  history.add(ended("short", "x"));
  for (const id of ["a", "b", "c", "d", "e"]) history.add(ended(id, id.repeat(MIB)));
  expect(["a", "b", "c", "d", "e"].map((id) => outputOf(history, id)?.length)).toEqual([
    undefined,
    undefined,
    MIB,
    MIB,
    MIB,
  ]);
  expect(outputOf(history, "short")).toBe("x");
  for (let index = 0; index < 256; index += 1) history.add(ended(`later ${index}`, "y"));
  for (const id of ["f", "g", "h"]) history.add(ended(id, id.repeat(MIB)));
  expect(["f", "g", "h"].map((id) => outputOf(history, id)?.length)).toEqual([MIB, MIB, MIB]);
});

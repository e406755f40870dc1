import { expect, test } from "vitest";
import type { EventEntry } from "./events.ts";
import { WholeOutput } from "./whole-output.ts";

const output = (index: number): EventEntry => ({
  at: `${index}-0`,
  event: "output",
  data: `{"chunk":"${index}","index":${index}}`,
});
const completed = (items: number): EventEntry => ({ at: "9-9", event: "completed", data: snapshot(items) });
const snapshot = (items: number): string =>
  JSON.stringify({ output: Array.from({ length: items }, (_, at) => `${at}`) });
const log: EventEntry = { at: "5-5", event: "logs", data: "{}" };
const restart: EventEntry = { at: "6-6", event: "restart", data: '{"attempt":2}' };

/** Names of the events, items by their index. */
function told(entries: readonly EventEntry[]): readonly (string | number)[] {
  return entries.map(({ event, data }) => (event === "output" ? Number(JSON.parse(data).chunk) : String(event)));
}

const ROWS: readonly { name: string; steps: readonly (EventEntry | string)[]; expected: readonly unknown[] }[] = [
  {
    name: "nothing is missing",
    steps: [output(0), log, output(1), completed(2)],
    expected: [0, "logs", 1, "completed"],
  },
  {
    name: "a snapshot closes the gap",
    steps: [output(0), output(3), log, snapshot(3)],
    expected: [0, 1, 2, 3, "logs"],
  },
  { name: "one that is too old does not", steps: [output(0), output(3), snapshot(2)], expected: [0] },
  {
    name: "the end does",
    steps: [output(0), output(3), output(6), completed(9)],
    expected: [0, 1, 2, 3, 4, 5, 6, "completed"],
  },
  { name: "a gap behind the gap", steps: [output(2), output(5), snapshot(5)], expected: [0, 1, 2, 3, 4, 5] },
  {
    name: "what a snapshot has told is not told again",
    steps: [output(2), output(3), snapshot(4), output(4)],
    expected: [0, 1, 2, 3, 4],
  },
  {
    name: "what a lost worker told is of no interest",
    steps: [output(0), output(7), restart, output(0)],
    expected: [0, "restart", 0],
  },
  {
    name: "an output that is no list ends all the same",
    steps: [output(4), { ...completed(0), data: '{"output":"x"}' }],
    expected: [4, "completed"],
  },
];

test.each(ROWS)("$name", ({ steps, expected }) => {
  const whole = new WholeOutput();
  expect(told(steps.flatMap((step) => (typeof step === "string" ? whole.fill(step) : whole.take(step))))).toEqual(
    expected,
  );
});

import { expect, test, vi } from "vitest";
import type { Worker } from "#workers";
import type { Slot } from "./slots.ts";
import { Slots } from "./slots.ts";

function worker(slots: number): Worker {
  return {
    slots,
    files: {},
    run: () => {
      throw new Error("nothing runs here");
    },
  };
}

interface Given {
  readonly slots?: number;
  readonly queueMax?: number;
  readonly timeoutMs?: number;
}

function openSlots({ slots = 1, queueMax = 0, timeoutMs }: Given): Slots {
  const made = new Slots({ queueMax, timeoutMs });
  made.open(worker(slots));
  return made;
}

/** Requests a slot for each name; notes who got one, and who waited in vain. */
function request(slots: Slots, ...names: readonly string[]) {
  const granted = new Map<string, Slot>();
  const late: string[] = [];
  const answers = names.map((name) =>
    slots.request({
      patient: false,
      start: (slot) => granted.set(name, slot),
      waitedTooLong: (limitMs) => late.push(`${name} after ${limitMs}`),
    }),
  );
  const tickets = answers.filter((answer) => typeof answer === "object");
  return { granted, late, answers, tickets };
}

test("without a queue the second request of one slot is turned away", () => {
  expect(request(openSlots({}), "a", "b").answers).toEqual(["granted", "full"]);
});

test("waiters are admitted in order, before release returns", () => {
  const { granted } = request(openSlots({ queueMax: 2 }), "a", "b", "c");
  expect([...granted.keys()]).toEqual(["a"]);
  granted.get("a")?.release();
  expect([...granted.keys()]).toEqual(["a", "b"]);
  granted.get("b")?.release();
  expect([...granted.keys()]).toEqual(["a", "b", "c"]);
});

test("the queue is bounded", () => {
  const slots = openSlots({ queueMax: 1 });
  expect(request(slots, "a", "b", "c").answers.map((answer) => typeof answer)).toEqual(["string", "object", "string"]);
  expect(slots.waiting).toBe(1);
});

test("who leaves the queue is passed over", () => {
  const { granted, tickets } = request(openSlots({ queueMax: 2 }), "a", "b", "c");
  tickets[0]?.leave();
  granted.get("a")?.release();
  expect([...granted.keys()]).toEqual(["a", "c"]);
});

test("positions count from the next to be served, and move up when somebody leaves", () => {
  const { granted, tickets } = request(openSlots({ queueMax: 3 }), "a", "b", "c", "d");
  const positions = (): number[] => tickets.map(({ position }) => position);
  expect(positions()).toEqual([1, 2, 3]);
  tickets[1]?.leave();
  expect(positions()).toEqual([1, 0, 2]);
  granted.get("a")?.release();
  expect(positions()).toEqual([0, 0, 1]);
});

test("who has waited too long leaves; who was served or left in time does not hear of it", () => {
  vi.useFakeTimers();
  const { granted, late, tickets } = request(openSlots({ queueMax: 3, timeoutMs: 500 }), "a", "b", "c", "d");
  tickets[1]?.leave();
  granted.get("a")?.release();
  vi.advanceTimersByTime(499);
  expect(late).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(late).toEqual(["d after 500"]);
  granted.get("b")?.release();
  expect([...granted.keys()]).toEqual(["a", "b"]);
  vi.useRealTimers();
});

test("releasing twice frees one slot", () => {
  const slots = openSlots({ slots: 2 });
  const { granted } = request(slots, "a", "b");
  granted.get("a")?.release();
  granted.get("a")?.release();
  expect(slots.busy).toBe(1);
});

test("the least busy worker is next", () => {
  const slots = new Slots({ queueMax: 0 });
  const [one, two] = [worker(2), worker(2)];
  slots.open(one);
  slots.open(two);
  const { granted } = request(slots, "a", "b", "c");
  expect([...granted.values()].map((slot) => slot.worker)).toEqual([one, two, one]);
});

test("a worker that comes back takes the waiting; the slots of the dead one are gone", () => {
  const slots = new Slots({ queueMax: 1 });
  const dead = worker(1);
  slots.open(dead);
  const { granted } = request(slots, "a", "b");
  slots.close(dead);
  granted.get("a")?.release();
  expect([...granted.keys()]).toEqual(["a"]);
  slots.open(worker(1));
  expect([...granted.keys()]).toEqual(["a", "b"]);
});

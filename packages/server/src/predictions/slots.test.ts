import { expect, test } from "vitest";
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

function openSlots({ slots = 1, queueMax = 0 }): Slots {
  const made = new Slots({ queueMax });
  made.open(worker(slots));
  return made;
}

/** Requests a slot for each name; notes who got one. */
function request(slots: Slots, ...names: readonly string[]) {
  const granted = new Map<string, Slot>();
  const answers = names.map((name) => slots.request((slot) => granted.set(name, slot)));
  return { granted, answers };
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
  const { granted, answers } = request(openSlots({ queueMax: 2 }), "a", "b", "c");
  const ticket = answers[1];
  if (typeof ticket === "object") ticket.leave();
  granted.get("a")?.release();
  expect([...granted.keys()]).toEqual(["a", "c"]);
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

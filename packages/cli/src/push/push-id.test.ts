import { expect, test } from "vitest";
import { newPushId } from "./push-id.ts";

test("is a UUID of version 7 with the time in front", () => {
  const id = newPushId(Date.parse("2026-01-02T03:04:05.678Z"));
  expect(id).toMatch(/^019b7ca9-8f2e-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newPushId(1)).not.toBe(newPushId(1));
  expect([newPushId(2000), newPushId(1000)].sort()[0]).toMatch(/^00000000-03e8-7/);
});

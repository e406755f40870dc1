import { expect, test } from "vitest";
import { RETRY_DELAYS_MS } from "./delivery.ts";

test("twelve retries, each after twice the time, up to 102.4 s", () => {
  const seconds = RETRY_DELAYS_MS.map((delay) => delay / 1000);
  expect(seconds).toEqual([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 102.4, 102.4]);
});

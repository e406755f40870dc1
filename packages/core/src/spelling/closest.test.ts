import { expect, test } from "vitest";
import { closest } from "./closest.ts";

test.each<readonly [name: string, candidates: string, guess: string | undefined]>([
  ["biuld", "build push run", "build"],
  ["rn", "build push run", "run"],
  ["pred", "predict run", "predict"],
  ["PROMPT", "prompt seed", "prompt"],
  ["apps", "ps ls", undefined],
  // One letter is one edit from every other.
  ["q", "b c n", undefined],
  ["S", "b c s", "s"],
  ["", "b c n", undefined],
  ["p", "prompt seed", "prompt"],
  ["p", "prompt picture", undefined],
  ["nn", "n m", undefined],
  // As near to the one as to the other.
  ["xs", "ls ps", undefined],
  ["image3", "image1 image2", "image1"],
])("%j among %j is %j", (name, candidates, guess) => {
  expect(closest(name, candidates.split(" "))).toBe(guess);
});

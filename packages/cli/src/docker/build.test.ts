import { expect, test } from "vitest";
import { failureOf } from "./build.ts";

const LOG = `#5 [stage-1 3/4] RUN exit 3
#5 0.123 boom
#5 ERROR: process "/bin/sh -c exit 3" did not complete successfully: exit code: 3
------
 > [stage-1 3/4] RUN exit 3:
0.123 boom
0.130 bang
------
Dockerfile:7
--------------------
   5 |     FROM base
   7 | >>> RUN exit 3
--------------------
ERROR: failed to solve: process "/bin/sh -c exit 3" did not complete successfully: exit code: 3
`;

test("a failed step has its line, its own output, and what the builder says", () => {
  const failure = failureOf(LOG);
  expect(failure.line).toBe(7);
  expect(failure.log).toBe("boom\nbang");
  expect(failure.message).toMatch(/^process .* exit code: 3$/);
});

test("any other failure is its last words", () => {
  const failure = failureOf("#1 x\nERROR: failed to solve: python:9-slim: not found\n");
  expect(failure).toMatchObject({ line: undefined, log: "", message: "python:9-slim: not found" });
});

import { expect, test } from "vitest";
import { failureOf } from "./build-failure.ts";

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
  const failure = failureOf(LOG, { tool: "docker", dockerfile: "" });
  expect(failure.line).toBe(7);
  expect(failure.log).toBe("boom\nbang");
  expect(failure.exitCode).toBe(3);
});

test("any other failure is its last words", () => {
  const failure = failureOf("#1 x\nERROR: failed to solve: python:9-slim: not found\n", {
    tool: "docker",
    dockerfile: "",
  });
  expect(failure).toMatchObject({ line: undefined, log: "", message: "python:9-slim: not found" });
});

test("Podman and Buildah name the step by its words", () => {
  const log = `[1/2] STEP 1/2: FROM base AS one
--> b66c16a3d54
[2/2] STEP 2/2: RUN echo "hello" && exit 7
hello
subprocess exited with status 7
Error: building at STEP "RUN echo "hello" && exit 7": while running runtime: exit status 7
`;
  const failure = failureOf(log, { tool: "podman", dockerfile: 'FROM base\n\nRUN echo "hello" && exit 7\n' });
  expect(failure).toMatchObject({ line: 3, log: "hello", exitCode: 7 });
});

test("Podman says why it has no base image", () => {
  const log = "STEP 1/1: FROM nope\nError: creating build container: initializing source docker://nope: refused\n";
  expect(failureOf(log, { tool: "podman", dockerfile: "FROM nope\n" })).toMatchObject({
    line: undefined,
    log: "",
    message: "creating build container: initializing source docker://nope: refused",
  });
});

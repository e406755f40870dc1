import { defineConfig } from "vitest/config";
import { testPythons } from "./packages/server/src/testing/pythons.ts";

const SERVED =
  "packages/server/src/{faults,files,health,http,log,metrics,outgoing,traces,webhooks,weights}/**/*.test.ts";
/**
 * With one interpreter: how HTTP is read and refused, how files are stored, and where jobs come from, of which nothing comes as
 * far as Python; and what has one place on a machine, where runs with several would meet.
 */
const ONCE = ["bodies", "keep-alive", "fuzz", "pipelining"]
  .map((name) => `packages/server/src/http/${name}.test.ts`)
  .concat(
    "packages/server/src/gateway/**/*.test.ts",
    "packages/server/src/health/ready-file.test.ts",
    "packages/server/src/health/rollout.test.ts",
    "packages/server/src/metrics/*.test.ts",
    "packages/server/src/files/object-storage/objects.test.ts",
    "packages/server/src/files/long-outputs.test.ts",
    "packages/server/src/queues/**/*.test.ts",
    "packages/server/src/traces/traces.test.ts",
  );
/** Served from the wheel as it is built, so it is built first where it is older than its sources. */
const pythonTools = "scripts/python/for-tests.ts";
const globalSetup = "packages/server/src/testing/build-first.ts";

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a test waits for may take a while on a machine that is busy with others.
    expect: { poll: { timeout: 15_000 } },
    // Most tests wait for processes most of their time: one at a time would leave half of a small machine idle.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["packages/*/src", "scripts", "e2e", "examples", "bench"].map((folder) => `${folder}/**/*.test.ts`),
          exclude: [SERVED, ...ONCE, "**/node_modules/**"],
        },
      },
      { extends: true, test: { name: "http", include: ONCE, globalSetup: [globalSetup, pythonTools] } },
      ...testPythons().map(({ version, path }) => ({
        extends: true as const,
        test: { name: version, include: [SERVED], exclude: ONCE, globalSetup, env: { COG_TEST_PYTHON: path } },
      })),
    ],
  },
});

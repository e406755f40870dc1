/** A container whose memory is really at its end: the kernel kills the worker, and the client hears that it was memory. */
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, serving, testPython, until } from "#testing";

const LIMIT_BYTES = 400 << 20;
/** By version of the kernel's interface; a group can be made where we are allowed to. */
const HIERARCHIES = [
  { parent: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes" },
  { parent: "/sys/fs/cgroup", limit: "memory.max" },
];

const group = makeGroup();

describe.skipIf(group === undefined)("a limit of memory", () => {
  let folder: string;
  let inGroup: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cog-memory-"));
    inGroup = join(folder, "python");
    const script = `#!/bin/sh\necho $$ > ${group}/cgroup.procs\nexec ${testPython()} "$@"\n`;
    writeFileSync(inGroup, script, { mode: 0o755 });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    if (group !== undefined) rmdirSync(group);
  });

  test("fails the prediction with the reason, and the model starts again", async () => {
    await serving({ python: inGroup, model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
      await server.client.predict({ input: {} });
      const answer = await server.client.predict({ input: { do: "output = len(b'x' * (800 << 20))" } });
      expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("ran out of memory") });
      await until(server, "READY");
      expect((await server.client.predict({ input: {} })).output).toBe("done");
    });
  });
});

function makeGroup(): string | undefined {
  for (const { parent, limit } of HIERARCHIES) {
    const path = join(parent, `cog-test-${process.pid}`);
    try {
      mkdirSync(path);
    } catch {
      continue; // Not mounted, or not ours to change.
    }
    try {
      writeFileSync(join(path, limit), String(LIMIT_BYTES));
      return path;
    } catch {
      rmdirSync(path);
    }
  }
  return undefined;
}

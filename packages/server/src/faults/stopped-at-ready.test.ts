import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testPython } from "#testing";
import { Supervisor, spawnWorker } from "#workers";

const MODEL = "class Model:\n    def run(self) -> str:\n        return ''\n";

test("a worker that is told to stop just before it counts as ready does not come back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cog-supervisor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "predict.py"), MODEL);
  const environment = {
    PATH: process.env["PATH"],
    COG_PREDICT_TYPE_STUB: `${folder}/predict.py:Model`,
    COG_TMPDIR: folder,
  };
  const states: string[] = [];
  await new Promise<void>((resolve) => {
    const supervisor: Supervisor = new Supervisor({
      start: () => spawnWorker({ executable: testPython(), environment }),
      worker: { spillFolder: folder, cancelGraceMs: undefined },
      restart: true,
      setupTimeoutMs: undefined,
      beforeReady: async () => void supervisor.stop().then(resolve),
      onLog: () => undefined,
      onChange: ({ name }) => void states.push(name),
    });
    supervisor.start();
  });
  expect(states).toEqual(["stopped"]);
});

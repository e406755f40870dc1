/** P11, P12: from the start of the process to READY, and what the idle tree then holds in memory. */
import { setTimeout as wait } from "node:timers/promises";
import type { Experiment } from "../experiment.ts";
import { models } from "../models.ts";
import { memoryMiB } from "../process-tree.ts";
import { withServer } from "../running.ts";

const SETTLE_MS = 1000;

export const start: Experiment = {
  subjects: [
    { id: "P11", what: "process start to READY, trivial model", unit: "ms", bars: [{ kind: "ratio", atMost: 0.5 }] },
    { id: "P12", what: "idle memory (PSS of the tree)", unit: "MiB", bars: [{ kind: "ratio", atMost: 1.3 }] },
  ],
  rounds: 9,
  measure: (contestant) =>
    withServer(contestant, { model: models.echo }, async (server) => {
      await wait(SETTLE_MS);
      return { P11: server.readyAfterMs, P12: await memoryMiB(server.tree) };
    }),
};

/** P13: what the tree gains in memory over many predictions, once it is warm. */
import { setTimeout as wait } from "node:timers/promises";
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { models } from "../models.ts";
import { memoryMiB } from "../process-tree.ts";
import { withServer } from "../running.ts";

const request = predictionRequest({ text: "hello" });
const SETTLE_MS = 1000;

export const growth: Experiment = {
  subjects: [
    { id: "P13", what: "memory gained in 50 000 predictions", unit: "MiB", bars: [{ kind: "figure", atMost: 2 }] },
  ],
  rounds: 1,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.echo }, async (server) => {
      await load(server, { request, clients: 1, requests: 3000 });
      await wait(SETTLE_MS);
      const before = await memoryMiB(server.tree);
      await load(server, { request, clients: 1, requests: effort(50_000, 5000) });
      await wait(SETTLE_MS);
      return { P13: (await memoryMiB(server.tree)) - before };
    }),
};

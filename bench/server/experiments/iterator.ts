/** P8: a model that yields 2000 times, answered as one JSON document. */
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { models } from "../models.ts";
import { withServer } from "../running.ts";

const request = predictionRequest({ count: 2000 });

export const iterator: Experiment = {
  subjects: [{ id: "P8", what: "2000 yields in one JSON answer", unit: "/s", bars: [{ kind: "ratio", atLeast: 10 }] }],
  rounds: 3,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.tokens }, async (server) => {
      await load(server, { request, clients: 1, requests: 5 });
      const requests = contestant.side === "ours" ? effort(300, 100) : effort(30, 10);
      const sample = await load(server, { request, clients: 1, requests });
      return { P8: sample.succeeded / sample.seconds };
    }),
};

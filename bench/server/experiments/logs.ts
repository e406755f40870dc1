/** P15: what printing costs, in lines a second through the server and into the answer. */
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { models } from "../models.ts";
import { withServer } from "../running.ts";

const LINES = 200;
const request = predictionRequest({ count: LINES });

export const logs: Experiment = {
  subjects: [
    { id: "P15", what: `${LINES} printed lines a prediction`, unit: "lines/s", bars: [{ kind: "ratio", atLeast: 3 }] },
  ],
  rounds: 3,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.printer }, async (server) => {
      await load(server, { request, clients: 1, requests: 20 });
      const sample = await load(server, { request, clients: 1, requests: effort(500, 150) });
      return { P15: (LINES * sample.succeeded) / sample.seconds };
    }),
};

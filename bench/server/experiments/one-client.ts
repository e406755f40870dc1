/** P1, P2: the round trip of a trivial prediction, as one client feels it and as the machine pays for it. */
import { quantile } from "../../question.ts";
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { models } from "../models.ts";
import { withServer } from "../running.ts";

const request = predictionRequest({ text: "hello" });

export const oneClient: Experiment = {
  subjects: [
    { id: "P1", what: "one client, trivial sync model, p50", unit: "ms", bars: [{ kind: "ratio", atMost: 0.4 }] },
    { id: "P2", what: "the same, cpu a prediction", unit: "µs", bars: [{ kind: "ratio", atMost: 0.4 }] },
  ],
  rounds: 5,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.echo }, async (server) => {
      await load(server, { request, clients: 1, requests: effort(3000, 1500) });
      const sample = await load(server, { request, clients: 1, requests: effort(5000, 2000) });
      return {
        P1: quantile(sample.latenciesMs, 0.5),
        P2: (sample.cpuSeconds / sample.succeeded) * 1e6,
      };
    }),
};

/** P4, P5: predictions a second of an async model with a client for every slot. */
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { load } from "../load.ts";
import { type Model, models } from "../models.ts";
import { withServer } from "../running.ts";

const request = predictionRequest({ text: "hello" });

export const manyClients: Experiment = rate("P4", "64 async slots, 64 clients", models.asyncEcho, 64, 8);
export const manyWaits: Experiment = rate("P5", "100 slots that each wait 10 ms", models.asyncWait, 100, 2.5);

function rate(id: string, what: string, model: Model, slots: number, atLeast: number): Experiment {
  return {
    subjects: [{ id, what, unit: "/s", bars: [{ kind: "ratio", atLeast }] }],
    rounds: 3,
    measure: (contestant, effort) =>
      withServer(contestant, { model, slots }, async (server) => {
        await load(server, { request, clients: slots, requests: effort(2000, 1000) });
        // About as long for either side, so that neither is measured in a blink.
        const requests = contestant.side === "ours" ? effort(40_000, 10_000) : effort(8000, 3000);
        const sample = await load(server, { request, clients: slots, requests });
        return { [id]: sample.succeeded / sample.seconds };
      }),
  };
}

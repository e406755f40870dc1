/** P3: answers other than success to clients that never have more requests open than there are slots. */
import { predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { type Load, load } from "../load.ts";
import { models } from "../models.ts";
import { withServer } from "../running.ts";

const request = predictionRequest({ text: "hello" });

export const refusals: Experiment = {
  subjects: [
    { id: "P3a", what: "refused or wrong, 1 client on 1 slot", unit: "%", bars: [{ kind: "figure", atMost: 0 }] },
    { id: "P3b", what: "refused or wrong, 64 clients on 64 slots", unit: "%", bars: [{ kind: "figure", atMost: 0 }] },
  ],
  rounds: 1,
  measure: async (contestant, effort) => {
    // The promise is about ours; of the reference a tenth is enough to see its share.
    const requests = contestant.side === "ours" ? effort(100_000, 5000) : effort(10_000, 2000);
    const sequential = await withServer(contestant, { model: models.echo }, (server) =>
      load(server, { request, clients: 1, requests }),
    );
    const crowd = await withServer(contestant, { model: models.asyncEcho, slots: 64 }, (server) =>
      load(server, { request, clients: 64, requests }),
    );
    return { P3a: share(sequential), P3b: share(crowd) };
  },
};

function share({ refused, wrong, succeeded }: Load): number {
  return (100 * (refused + wrong)) / (refused + wrong + succeeded);
}

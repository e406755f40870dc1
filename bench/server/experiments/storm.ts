/** P14: a thousand connections at once, three times: everybody gets 200 or 409, and the server lives on. */
import { Connection, getRequest, predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { models } from "../models.ts";
import { type RunningServer, withServer } from "../running.ts";

const CONNECTIONS = 1000;
const request = predictionRequest({ text: "hello" });

export const storm: Experiment = {
  subjects: [
    {
      id: "P14",
      what: `${CONNECTIONS} connections at once, 3 times: bad ends`,
      unit: "",
      bars: [{ kind: "figure", atMost: 0 }],
      across: "worst",
    },
  ],
  rounds: 1,
  measure: (contestant) =>
    withServer(contestant, { model: models.echo }, async (server) => {
      let bad = 0;
      for (let time = 0; time < 3; time += 1) {
        const ends = await Promise.all(Array.from({ length: CONNECTIONS }, () => visit(server)));
        bad += ends.filter((status) => status !== 200 && status !== 409).length;
      }
      const health = await Connection.open(server.port);
      const reply = await health.send(getRequest("/health-check"));
      health.close();
      return { P14: bad + (reply.body.includes("READY") ? 0 : 1) };
    }),
};

/** The status, or nothing when the connection was not answered. */
async function visit(server: RunningServer): Promise<number | undefined> {
  try {
    const connection = await Connection.open(server.port);
    const reply = await connection.send(request);
    connection.close();
    return reply.status;
  } catch {
    return undefined; // Refused or dropped: that is what is counted.
  }
}

/** P6, P7: how soon a stream of server-sent events begins, and how fast it flows. */
import { median } from "../../question.ts";
import { Connection, predictionRequest } from "../connection.ts";
import type { Experiment } from "../experiment.ts";
import { models } from "../models.ts";
import { type RunningServer, withServer } from "../running.ts";

const EVENTS = 2000;

export const streaming: Experiment = {
  subjects: [
    {
      id: "P6a",
      what: "SSE, first event, kept connection",
      unit: "ms",
      bars: [
        { kind: "figure", atMost: 5 },
        { kind: "ratio", atMost: 0.1 },
      ],
    },
    {
      id: "P6b",
      what: "SSE, first output, kept connection",
      unit: "ms",
      bars: [
        { kind: "figure", atMost: 5 },
        { kind: "ratio", atMost: 0.1 },
      ],
    },
    { id: "P6c", what: "SSE, first event, new connection", unit: "ms", bars: [{ kind: "figure", atMost: 5 }] },
    { id: "P7", what: `SSE, ${EVENTS} small events`, unit: "events/s", bars: [{ kind: "ratio", atLeast: 10 }] },
  ],
  rounds: 3,
  measure: (contestant, effort) =>
    withServer(contestant, { model: models.tokens }, async (server) => {
      const repeats = effort(20, 8);
      const fresh = await newConnections(server, repeats);
      const short = await streams(server, 1, repeats);
      const long = await streams(server, EVENTS, repeats);
      return {
        P6a: median(short.map((stream) => stream.firstEventMs)),
        P6b: median(short.map((stream) => stream.firstOutputMs)),
        P6c: median(fresh.map((stream) => stream.firstEventMs)),
        P7: EVENTS / (median(long.map((stream) => stream.completeMs)) / 1000),
      };
    }),
};

interface Stream {
  readonly firstEventMs: number;
  readonly firstOutputMs: number;
  readonly completeMs: number;
}

/** On one kept connection, as clients with a pool have it: there the kernel delays its acknowledgements. */
async function streams(server: RunningServer, count: number, repeats: number): Promise<Stream[]> {
  const connection = await Connection.open(server.port);
  const taken: Stream[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) taken.push(await stream(connection, count));
  connection.close();
  return taken;
}

async function newConnections(server: RunningServer, repeats: number): Promise<Stream[]> {
  const taken: Stream[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) taken.push(...(await streams(server, 1, 1)));
  return taken;
}

/** Tried again while the slot of the stream before is not free. */
async function stream(connection: Connection, count: number): Promise<Stream> {
  const request = predictionRequest({ count }, { Accept: "text/event-stream" });
  for (;;) {
    const sentAt = performance.now();
    let firstEventMs = Number.NaN;
    let firstOutputMs = Number.NaN;
    const reply = await connection.send(request, (piece) => {
      if (Number.isNaN(firstEventMs)) firstEventMs = performance.now() - sentAt;
      if (Number.isNaN(firstOutputMs) && piece.includes("event: output")) firstOutputMs = performance.now() - sentAt;
    });
    const completeMs = performance.now() - sentAt;
    if (reply.status === 409) continue;
    const outputs = reply.body.toString().split("event: output\n").length - 1;
    if (outputs !== count) throw new Error(`${outputs} of ${count} output events came, status ${reply.status}.`);
    return { firstEventMs, firstOutputMs, completeMs };
  }
}

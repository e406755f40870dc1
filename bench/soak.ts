/** Whether our prediction server stays right and small when it is used for long. */
import { setTimeout as wait } from "node:timers/promises";
import type { Answer, Options, Question, Row, Subject } from "./question.ts";
import { predictionRequest } from "./server/connection.ts";
import { type Contestant, contestants } from "./server/contestants.ts";
import { load } from "./server/load.ts";
import { models } from "./server/models.ts";
import { memoryMiB } from "./server/process-tree.ts";
import { type RunningServer, withServer } from "./server/running.ts";

export const soak: Question = {
  name: "soak",
  summary: "our prediction server over hundreds of thousands of requests: wrong answers, memory",
  run,
};

interface Stretch {
  readonly subject: Subject;
  measure(ours: Contestant, quick: boolean): Promise<number>;
}

const request = predictionRequest({ text: "hello" });
const SETTLE_MS = 1000;
const NONE = [{ kind: "figure", atMost: 0 }] as const;

const STRETCHES: readonly Stretch[] = [
  {
    subject: { id: "S1", what: "wrong answers to one client, 100 000 requests", unit: "", bars: NONE },
    measure: (ours, quick) => withServer(ours, { model: models.echo }, (server) => wrong(server, 1, quick)),
  },
  {
    subject: { id: "S2", what: "wrong answers to 64 clients on 64 slots, 100 000 requests", unit: "", bars: NONE },
    measure: (ours, quick) =>
      withServer(ours, { model: models.asyncEcho, slots: 64 }, (server) => wrong(server, 64, quick)),
  },
  {
    subject: growthSubject("S3", "memory gained in 50 000 predictions, after 3 000"),
    measure: (ours, quick) => growth(ours, { warmUp: 3000, requests: quick ? 5000 : 50_000 }),
  },
  {
    // The heap has found its size by then: what it gains now, it loses to a leak.
    subject: growthSubject("S4", "memory gained in 50 000 predictions, after 25 000"),
    measure: (ours, quick) => growth(ours, { warmUp: 25_000, requests: quick ? 5000 : 50_000 }),
  },
];

async function run(options: Options): Promise<Answer> {
  const [ours] = await contestants({ ...options, side: "ours" });
  if (ours === undefined) throw new Error("There is nothing to measure.");
  const rows: Row[] = [];
  for (const { subject, measure } of STRETCHES.filter(({ subject: { id } }) => options.wants(id))) {
    const startedAt = performance.now();
    const sample = await measure(ours, options.quick);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    options.say(`${subject.id}  ${sample.toPrecision(3)}  in ${seconds} s`);
    rows.push({ ...subject, samples: { reference: [], ours: [sample] } });
  }
  return { notes: [ours.label, options.quick ? "quick run: a tenth of the counts" : "full counts"], rows };
}

/** No client sends more than its slot takes: a 409 is as wrong as a 500. */
async function wrong(server: RunningServer, clients: number, quick: boolean): Promise<number> {
  const sample = await load(server, { request, clients, requests: quick ? 10_000 : 100_000 });
  return sample.wrong + sample.refused;
}

function growthSubject(id: string, what: string): Subject {
  return { id, what, unit: "MiB", bars: [{ kind: "figure", atMost: 2 }] };
}

function growth(ours: Contestant, { warmUp, requests }: { warmUp: number; requests: number }): Promise<number> {
  return withServer(ours, { model: models.echo }, async (server) => {
    const before = await settled(server, warmUp);
    return (await settled(server, requests)) - before;
  });
}

async function settled(server: RunningServer, requests: number): Promise<number> {
  await load(server, { request, clients: 1, requests });
  await wait(SETTLE_MS);
  return memoryMiB(server.tree);
}

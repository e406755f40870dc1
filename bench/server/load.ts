/** Closed loops of requests: each client sends its next request when it has its answer, so none exceeds its slot. */
import { Connection, type Reply } from "./connection.ts";
import { cpuSeconds } from "./process-tree.ts";
import type { RunningServer } from "./running.ts";

export interface Load {
  readonly succeeded: number;
  /** 409: the server says it is full. */
  readonly refused: number;
  /** Any other answer that is not a success. */
  readonly wrong: number;
  readonly seconds: number;
  /** Of the whole server tree. */
  readonly cpuSeconds: number;
  /** Of the successful ones. */
  readonly latenciesMs: readonly number[];
}

export async function load(
  server: RunningServer,
  { request, clients, requests }: { readonly request: Buffer; readonly clients: number; readonly requests: number },
): Promise<Load> {
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(server.port)));
  const latenciesMs: number[] = [];
  let left = requests;
  let refused = 0;
  let wrong = 0;
  const client = async (first: Connection): Promise<void> => {
    let connection = first;
    while (left > 0) {
      left -= 1;
      const sentAt = performance.now();
      const reply = await connection.send(request);
      if (isSuccess(reply)) latenciesMs.push(performance.now() - sentAt);
      else if (reply.status === 409) refused += 1;
      else wrong += 1;
      if (!reply.closes) continue;
      connection.close();
      connection = await Connection.open(server.port);
    }
    connection.close();
  };
  const cpuBefore = await cpuSeconds(server.tree);
  const startedAt = performance.now();
  await Promise.all(connections.map(client));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = (await cpuSeconds(server.tree)) - cpuBefore;
  return { succeeded: latenciesMs.length, refused, wrong, seconds, cpuSeconds: cpu, latenciesMs };
}

const FAILED = Buffer.from('"status":"failed"');

/** A prediction that failed is answered with 200 too. */
function isSuccess(reply: Reply): boolean {
  return reply.status === 200 && !reply.body.includes(FAILED);
}

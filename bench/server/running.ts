/** A prediction server as a child process on loopback: started, awaited, measured as a tree, and stopped whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Connection, getRequest, type Reply } from "./connection.ts";
import type { Contestant } from "./contestants.ts";
import { layOut, type Model } from "./models.ts";
import { identities, MARK, stillRunning, type Tree } from "./process-tree.ts";

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 2;

export interface RunningServer {
  readonly port: number;
  readonly tree: Tree;
  /** From spawn to the first health check that says READY. */
  readonly readyAfterMs: number;
}

/** What to start, and how to see that it serves. */
export interface Launch {
  readonly label: string;
  readonly command: readonly [file: string, ...args: string[]];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  readonly healthPath: string;
  /** `failed` ends the waiting. */
  readonly health: (reply: Reply) => "ready" | "failed" | "waiting";
}

/** Serves the model for as long as `use` takes. */
export async function withServer<T>(
  contestant: Contestant,
  { model, slots = 1 }: { readonly model: Model; readonly slots?: number },
  use: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const { folder, remove } = await layOut(model);
  const port = await freePort();
  const launch: Launch = {
    label: contestant.label,
    command: [contestant.python, "-m", "cog.server.http", "--host", "127.0.0.1"],
    folder,
    env: {
      ...contestant.env,
      PORT: String(port),
      COG_PREDICT_TYPE_STUB: "run.py:Runner",
      COG_MAX_CONCURRENCY: String(slots),
    },
    port,
    healthPath: "/health-check",
    health: ({ body }) => (body.includes('"READY"') ? "ready" : body.includes('"SETUP_FAILED"') ? "failed" : "waiting"),
  };
  try {
    return await withProcess(launch, use);
  } finally {
    await remove();
  }
}

export async function withProcess<T>(launch: Launch, use: (server: RunningServer) => Promise<T>): Promise<T> {
  const log = join(launch.folder, "server.log");
  const output = openSync(log, "w");
  const [file, ...args] = launch.command;
  const startedAt = performance.now();
  const mark = randomUUID();
  const env = { ...launch.env, [MARK]: mark };
  const child = spawn(file, args, { cwd: launch.folder, env, stdio: ["ignore", output, output] });
  closeSync(output);
  const { port } = launch;
  const { pid } = child;
  try {
    if (pid === undefined) throw new Error(`${file} could not be started.`);
    await untilReady(child, launch);
    return await use({ port, tree: { root: pid, mark }, readyAfterMs: performance.now() - startedAt });
  } catch (cause) {
    const tail = (await readFile(log, "utf8")).split("\n").slice(-15).join("\n");
    throw new Error(`${launch.label}: ${String(cause)}\nIts last output:\n${tail}`, { cause });
  } finally {
    if (pid !== undefined) await stop(child, { root: pid, mark });
  }
}

async function untilReady(child: ChildProcess, { port, healthPath, health }: Launch): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  let last = "it did not listen";
  let connection: Connection | undefined;
  try {
    while (performance.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}.`);
      connection ??= await Connection.open(port).catch(notYet);
      const reply = await connection?.send(getRequest(healthPath)).catch(notYet);
      if (reply === undefined || reply.closes) {
        connection?.close();
        connection = undefined;
      }
      const state = reply === undefined ? "waiting" : health(reply);
      if (state === "ready") return;
      if (reply !== undefined) last = reply.body.toString().slice(0, 300);
      if (state === "failed") break;
      await wait(POLL_MS);
    }
    throw new Error(`The server did not become ready: ${last}`);
  } finally {
    connection?.close();
  }
}

/** Before the server listens, and if it drops the connection while it starts. */
function notYet(): undefined {
  return undefined;
}

/** Asks politely, then ends what is left, by process id. */
async function stop(child: ChildProcess, tree: Tree): Promise<void> {
  const members = await identities(tree);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const polite = await Promise.race([ended.then(() => true), wait(STOP_LIMIT_MS, false, { ref: false })]);
    if (!polite) child.kill("SIGKILL");
  }
  for (let patience = 50; patience > 0 && (await stillRunning(members)).length > 0; patience -= 1) await wait(20);
  for (const left of await stillRunning(members)) {
    try {
      process.kill(left, "SIGKILL");
    } catch {
      // It ended between the look and the signal.
    }
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("No free port on loopback.");
  return address.port;
}

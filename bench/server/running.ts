/** A prediction server as a child process on loopback: started, awaited, measured as a tree, and stopped whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Connection, getRequest } from "./connection.ts";
import type { Contestant } from "./contestants.ts";
import { layOut, type Model } from "./models.ts";
import { identities, stillRunning } from "./process-tree.ts";

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 2;

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
  /** From spawn to the first health check that says READY. */
  readonly readyAfterMs: number;
}

/** Serves the model for as long as `use` takes. */
export async function withServer<T>(
  contestant: Contestant,
  { model, slots = 1 }: { readonly model: Model; readonly slots?: number },
  use: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const { folder, remove } = await layOut(model);
  const log = join(folder, "server.log");
  const port = await freePort();
  const output = openSync(log, "w");
  const startedAt = performance.now();
  const child = spawn(contestant.python, ["-m", "cog.server.http", "--host", "127.0.0.1"], {
    cwd: folder,
    env: {
      ...contestant.env,
      PORT: String(port),
      COG_PREDICT_TYPE_STUB: "run.py:Runner",
      COG_MAX_CONCURRENCY: String(slots),
    },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const pid = child.pid;
  try {
    if (pid === undefined) throw new Error(`${contestant.python} could not be started.`);
    await untilReady(child, port);
    return await use({ port, pid, readyAfterMs: performance.now() - startedAt });
  } catch (cause) {
    const tail = (await readFile(log, "utf8")).split("\n").slice(-15).join("\n");
    throw new Error(`${contestant.label}: ${String(cause)}\nIts last output:\n${tail}`, { cause });
  } finally {
    if (pid !== undefined) await stop(child, pid);
    await remove();
  }
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + READY_LIMIT_MS;
  let status = "not listening";
  let connection: Connection | undefined;
  try {
    while (performance.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode}.`);
      connection ??= await Connection.open(port).catch(notYet);
      const reply = await connection?.send(getRequest("/health-check")).catch(notYet);
      if (reply === undefined || reply.closes) {
        connection?.close();
        connection = undefined;
      }
      status = /"status":\s*"([A-Z_]+)"/.exec(reply?.body.toString() ?? "")?.[1] ?? status;
      if (status === "READY") return;
      if (status === "SETUP_FAILED") break;
      await wait(POLL_MS);
    }
    throw new Error(`The server did not become ready: ${status}.`);
  } finally {
    connection?.close();
  }
}

/** Before the server listens, and if it drops the connection while it starts. */
function notYet(): undefined {
  return undefined;
}

/** Asks politely, then ends what is left, by process id. */
async function stop(child: ChildProcess, pid: number): Promise<void> {
  const tree = await identities(pid);
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const polite = await Promise.race([ended.then(() => true), wait(STOP_LIMIT_MS, false, { ref: false })]);
    if (!polite) child.kill("SIGKILL");
  }
  for (let patience = 50; patience > 0 && (await stillRunning(tree)).length > 0; patience -= 1) await wait(20);
  for (const left of await stillRunning(tree)) {
    try {
      process.kill(left, "SIGKILL");
    } catch {
      // It ended between the look and the signal.
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("No free port on loopback.");
  return address.port;
}

/** The three connections of a worker: adopted from the launcher, or made with a new process. */
import { spawn } from "node:child_process";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WorkerFds } from "#settings";

export interface WorkerLink {
  readonly channel: Duplex;
  /** The guardian's. `END_WORKER`, or the end of our side, makes it kill the worker and everything the worker started. */
  readonly control: Duplex;
  /** What reached the worker's fd 1 and 2. */
  readonly output: Duplex;
  /** Set when there is no process at the other end. */
  readonly spawnError: Promise<Error> | undefined;
  /** Ends a process that is no guardian yet: it would not hear that its connection ended. A guardian does not mind. */
  endUnseen(): void;
}

export interface SpawnOptions {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function adoptWorker({ channel, control, output }: WorkerFds): WorkerLink {
  return {
    channel: new Socket({ fd: channel, readable: true, writable: true }),
    control: new Socket({ fd: control, readable: true, writable: true }),
    output: new Socket({ fd: output, readable: true, writable: false }),
    spawnError: undefined,
    endUnseen: () => undefined, // Forked as a guardian, it is one from the start.
  };
}

export function spawnWorker({ executable, environment }: SpawnOptions): WorkerLink {
  const child = spawn(executable, ["-m", "cog._modules._worker"], {
    env: { ...environment },
    // A session of its own: Ctrl-C in a terminal is for the server, which ends its workers in order.
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "pipe", "pipe", "pipe"],
  });
  // As many as were asked for; the declared type knows five.
  const [, , , channel, control, output] = child.stdio as unknown as Duplex[];
  if (channel === undefined || control === undefined || output === undefined) throw new Error("spawn made no pipes");
  return {
    channel,
    control,
    output,
    spawnError: new Promise((resolve) => child.once("error", resolve)),
    endUnseen: () => {
      try {
        // With all it started, which is in its group. A guardian ignores this signal from before it has a worker.
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      } catch {
        // It has just ended by itself.
      }
    },
  };
}

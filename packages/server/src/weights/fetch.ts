/** The fetching of weights as a process of its own: it is the command line's, which the wheel brings along. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Log } from "#log";
import type { Environment, Launcher } from "#settings";

export interface FetchOptions {
  readonly launcher: Launcher;
  readonly environment: Environment;
  readonly log: Log;
}

export interface Fetching {
  /** Why it failed; undefined when all of the weights are there. */
  readonly ended: Promise<string | undefined>;
  kill(): void;
}

export function startFetch({ launcher, environment, log }: FetchOptions): Fetching {
  const child = spawn(launcher.executable, ["-m", "cog.server.weights_fetch", "--to", "/"], {
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let last = "";
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      last = line;
      log.info(line, { step: "weights fetch" });
    });
  return { ended: endOf(child, () => last), kill: () => void child.kill("SIGKILL") };
}

async function endOf(child: ChildProcess, lastLine: () => string): Promise<string | undefined> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve(`weights cannot be fetched: ${error.message}`));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : `fetching the weights ended with ${signal ?? `code ${code}`}: ${lastLine()}`),
    );
  });
}

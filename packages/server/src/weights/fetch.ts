/** The fetching of weights as a process of its own: it is the command line's, which the wheel brings along. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { isJsonObject, type Json } from "@cog/core/json";
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
  const child = spawn(launcher.executable, ["-m", "cog.server.weights_fetch", "--to", "/", "--json"], {
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let reason: string | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => {
    reason = errorIn(line) ?? reason;
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.trim() !== "") log.info(line, { step: "weights fetch" });
  });
  return { ended: endOf(child, () => reason), kill: () => void child.kill("SIGKILL") };
}

/** What is told to programs: events, and in the end the error. */
function errorIn(line: string): string | undefined {
  try {
    const document = JSON.parse(line) as Json;
    const error = isJsonObject(document) ? document["error"] : undefined;
    const { message, hint } = isJsonObject(error) ? error : {};
    if (typeof message !== "string") return undefined;
    return typeof hint === "string" ? `${message}. ${hint}` : message;
  } catch {
    return undefined; // Something else that the interpreter said.
  }
}

async function endOf(child: ChildProcess, reason: () => string | undefined): Promise<string | undefined> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve(`weights cannot be fetched: ${error.message}`));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : (reason() ?? `fetching the weights ended with ${signal ?? `code ${code}`}`)),
    );
  });
}

/** A command in the model's environment, on the caller's terminal or pipes. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

export interface CommandOptions {
  readonly command: readonly string[];
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** As shells say it. */
export const NOT_FOUND = 127;
export const NOT_EXECUTABLE = 126;
const STOP_MS = 3000;

/** Resolves with the command's exit code; 128 + N when signal N ended it, as shells say it. */
export async function runCommand({
  command,
  directory,
  variables,
  signal,
}: CommandOptions): Promise<number | "not-found" | "not-executable"> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: directory, env: variables, stdio: "inherit" });
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    // Ctrl-C in a terminal has reached the command already: it may well go on, like an interpreter does.
    if (isInterrupt(signal.reason) && process.stdin.isTTY) return;
    child.kill("SIGTERM");
    timer = setTimeout(killAtExit, STOP_MS);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") resolve("not-found");
        else if (error.code === "EACCES") resolve("not-executable");
        else reject(error);
      });
      child.once("close", (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])));
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    process.removeListener("exit", killAtExit);
  }
}

function isInterrupt(reason: unknown): boolean {
  return reason instanceof Error && "signal" in reason && reason.signal === "SIGINT";
}

import { type Absence, absenceOf, spawn } from "./command.ts";

/** Longer than any engine that is well takes, short enough to wait for on every command. */
const PING_MS = 2000;

/** Asks the engine for its version. */
export async function ping({ signal }: { readonly signal: AbortSignal }): Promise<"answers" | Absence> {
  const result = await spawn("docker", ["version", "--format", "{{.Server.Version}}"], {
    stdin: "ignore",
    timeout: PING_MS,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (result.exitCode === 0) return "answers";
  if (result.code === "ENOENT") return "not-installed";
  if (result.timedOut) return "no-answer";
  return absenceOf(result.stderr) ?? "not-running";
}

import { type Absence, absenceOf } from "./absence.ts";
import { spawn } from "./command.ts";
import { PING, type ToolOptions } from "./tools.ts";

/** Longer than any engine that is well takes, short enough to wait for on every command. */
const PING_MS = 2000;

/** Asks the engine how it is. */
export async function ping({
  signal,
  tool = "docker",
}: { readonly signal: AbortSignal } & ToolOptions): Promise<"answers" | Absence> {
  const result = await spawn(tool, PING[tool], { stdin: "ignore", timeout: PING_MS, cancelSignal: signal });
  signal.throwIfAborted();
  const absence = absenceOf(result.stderr ?? "");
  if (result.exitCode === 0) return absence === "is-podman" ? absence : "answers";
  if (result.code === "ENOENT") return "not-installed";
  if (result.timedOut) return "no-answer";
  return absence ?? "not-running";
}

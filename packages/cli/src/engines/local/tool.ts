/** Runs uv, pip and Python for the building of environments. */
import { CogError } from "@cog/core/errors";
import type { Context } from "../engine.ts";

export interface ToolOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  readonly onLine?: (line: string) => void;
}

export interface ToolResult {
  readonly ok: boolean;
  readonly output: string;
}

const TAIL_CHARACTERS = 64 * 1024;

/** Runs to the end, aborts with the signal; stdout and stderr come as one. */
export async function tryTool(
  program: string,
  args: readonly string[],
  { signal }: Pick<Context, "signal">,
  { environment, directory, onLine }: ToolOptions = {},
): Promise<ToolResult> {
  const { execa } = await import("execa");
  const child = execa(program, args, {
    all: true,
    stdin: "ignore",
    reject: false,
    buffer: false,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
    ...(environment !== undefined && { env: environment as Record<string, string>, extendEnv: false }),
    ...(directory !== undefined && { cwd: directory }),
  });
  let output = "";
  for await (const line of child.iterable({ from: "all" })) {
    output = `${output}${line}\n`.slice(-TAIL_CHARACTERS);
    onLine?.(String(line));
  }
  const { exitCode } = await child;
  signal.throwIfAborted();
  return { ok: exitCode === 0, output };
}

/** For steps that only fail when something is broken. */
export async function runTool(program: string, args: readonly string[], context: Context): Promise<void> {
  const { ok, output } = await tryTool(program, args, context);
  if (ok) return;
  throw new CogError(
    "environment.failed",
    `The Python environment could not be made: ${program} ${args.join(" ")} failed`,
    {
      hint: output.trim().split("\n").at(-1),
    },
  );
}

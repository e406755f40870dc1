import type { Readable } from "node:stream";
import { spawn } from "#docker";
import type { Context, ExecOptions } from "../engine.ts";
import { belowInit } from "./command-init.ts";
import { commonArguments, containerName, removeAtExit, removeContainer } from "./container.ts";
import type { Run } from "./engine.ts";
import { givesGpus, noGpu, warnOfCpu } from "./gpus.ts";

/** Runs a command in a container of its own, on the caller's terminal or pipes, and resolves with its exit code. */
export async function execInContainer(run: Run, options: ExecOptions, { signal, report }: Context): Promise<number> {
  const wantsGpu = options.gpus === undefined ? run.gpu : options.gpus !== "none";
  const withoutGpu = wantsGpu && !(await givesGpus(run, { signal }));
  if (withoutGpu && options.gpus !== undefined) throw noGpu(run.tool);
  if (withoutGpu) warnOfCpu(run.tool, report);
  const name = containerName(run);
  const args = [
    "run",
    "--interactive",
    // Docker puts the terminal into raw mode and passes its size on; it refuses to when only one end is a terminal.
    ...(process.stdin.isTTY && process.stdout.isTTY ? ["--tty"] : []),
    ...(await commonArguments(run, {
      ...options,
      name,
      env: { LOG_FORMAT: "console", ...options.env },
      gpus: options.gpus ?? (run.gpu && !withoutGpu ? "all" : undefined),
    })),
    ...options.publish.flatMap((port) => ["--publish", port]),
    "--entrypoint=",
    run.image,
    ...belowInit(options.command),
  ];
  const disarm = removeAtExit(run.tool, name);
  try {
    // Aborting asks the command first. The wait is short: it may be deaf to that.
    const ending = { cancelSignal: signal, forceKillAfterDelay: 1000 };
    const child = process.stdout.isTTY
      ? spawn(run.tool, args, { stdio: "inherit", ...ending })
      : throughUs(spawn(run.tool, args, { stdio: ["inherit", "pipe", "inherit"], buffer: false, ...ending }));
    const { exitCode } = await child;
    signal.throwIfAborted();
    return exitCode ?? 1;
  } finally {
    if (signal.aborted) await removeContainer(run.tool, name);
    disarm();
  }
}

/** Docker's own client leaves the container running when nobody reads any more (`| head -1`); we end, and it with us. */
function throughUs<T extends { readonly stdout: Readable }>(child: T): T {
  child.stdout.pipe(process.stdout, { end: false });
  return child;
}

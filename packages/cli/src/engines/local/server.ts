/** A model server as a child process, and what it tells us on its notification pipe. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, watch as watchFile } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import type { Notification } from "@cog/core/wire";
import type { RunningModel, StartOptions } from "../engine.ts";
import { promised } from "../promised.ts";
import { LogReader } from "./kept.ts";

export interface ServerProcess {
  readonly python: string;
  readonly directory: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly options: StartOptions;
  readonly signal: AbortSignal;
}

const NOTIFY_FD = 3;
const STOP_MS = 3000;

/** Starts the server; resolves when it listens. */
export async function startServer(spec: ServerProcess): Promise<RunningModel> {
  const { options, signal } = spec;
  const child = launch(spec);
  let isGivenUp = false;
  // What Python says of being stopped in the middle of its start is nobody's.
  const onOutput = (text: string) => (isGivenUp ? undefined : options.onOutput(text));
  const server = watch(child, { ...options, onOutput });
  const log = options.keep && showLog(options.keep.log, options.onOutput);
  const stopAtExit = () => kill(child, "SIGKILL");
  process.once("exit", stopAtExit);
  const stop = async () => {
    await end(child, server.ended);
    log?.close();
    process.removeListener("exit", stopAtExit);
  };
  try {
    const port = await untilAborted(server.listening, signal);
    const { host } = options.listen;
    const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    return {
      url: `http://${name}:${port}`,
      ready: async ({ signal: patience }) => {
        await untilAborted(server.ready, patience);
        // What setup has printed lies in the log by now; that we are told of it may take longer.
        log?.read();
      },
      ended: server.ended,
      stop: once(stop),
      ...(options.keep !== undefined && {
        kept: {
          place: { engine: "local", pid: child.pid ?? 0, log: options.keep.log },
          leave: () => {
            log?.close();
            process.removeListener("exit", stopAtExit);
            child.stdio[NOTIFY_FD]?.destroy();
            child.unref();
          },
        },
      }),
    };
  } catch (error) {
    isGivenUp = true;
    await stop();
    throw error;
  }
}

function launch({ python, directory, variables, options }: ServerProcess): ChildProcess {
  const { mode, listen, serverFlags, keep, queue } = options;
  // What is to outlive us must not write into our pipes.
  const output = keep === undefined ? "pipe" : openSync(keep.log, "a", 0o600);
  const args = ["-m", "cog.server.http", "--host", listen.host, "--x-mode", mode, ...serverFlags];
  const child = spawn(python, args, {
    cwd: directory,
    env: {
      ...variables,
      ...(queue !== undefined && { COG_REDIS_URL: queue.url, COG_REDIS_QUEUE: queue.names.join(",") }),
      PORT: String(listen.port),
      COG_NOTIFY_FD: String(NOTIFY_FD),
    },
    stdio: ["ignore", output, output, "pipe"],
    // A group of its own: Ctrl-C in the terminal is for us, and we end the model when we are ready to.
    detached: true,
  });
  if (output !== "pipe") closeSync(output);
  return child;
}

function showLog(path: string, onText: (text: string) => void): { read(): void; close(): void } {
  const reader = new LogReader(path, onText);
  const watcher = watchFile(path, () => reader.read());
  return {
    read: () => reader.read(),
    close: () => {
      watcher.close();
      reader.read();
      reader.close();
    },
  };
}

interface Watched {
  readonly listening: Promise<number>;
  readonly ready: Promise<void>;
  readonly ended: Promise<string>;
}

function watch(child: ChildProcess, { onOutput, listen }: StartOptions): Watched {
  const listening = promised<number>();
  const ready = promised<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", onOutput);
  }
  const lines = createInterface({ input: child.stdio[NOTIFY_FD] as Readable });
  lines.on("line", (line) => {
    const notification = JSON.parse(line) as Notification; // our own server writes them
    if (notification.event === "listening") listening.resolve(notification.port);
    if (notification.event === "ready") ready.resolve();
    if (notification.event === "setup_failed") ready.reject(setupFailed(notification.error));
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`Python could not be started: ${error.message}`));
    // `close`, not `exit`: by then its last words have been read.
    child.once("close", (code, signal) => resolve(endReason(code, signal)));
  });
  void ended.then((reason) => {
    listening.reject(
      listen.port === 0
        ? new CogError("model.ended", `The model server ended before it was up: ${reason}`)
        : new UnavailableError("model.ended", `The model server could not listen on port ${listen.port}: ${reason}`),
    );
    ready.reject(new CogError("model.ended", `The model server ended unexpectedly: ${reason}`));
  });
  // Nobody may be waiting for them (yet) when they fail.
  listening.promise.catch(() => {});
  ready.promise.catch(() => {});
  return { listening: listening.promise, ready: ready.promise, ended };
}

function setupFailed(error: string): UserError {
  return new UserError("model.setup_failed", error === "" ? "Model setup failed" : `Model setup failed: ${error}`);
}

function endReason(code: number | null, signal: string | null): string {
  return signal === null ? `it exited with status ${code ?? 0}` : `it was ended by ${signal}`;
}

/**
 * Polite signal, a bounded wait, then kill. The model's guardian ends the worker when the server is gone. SIGINT, because
 * SIGTERM is not for a server that waits for an explicit shutdown.
 */
async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  kill(child, "SIGINT");
  const timer = setTimeout(() => kill(child, "SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}

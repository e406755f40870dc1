/** A model server in a container: `docker run` is a child whose output is the container's and whose end is its end. */
import { setTimeout as delay } from "node:timers/promises";
import { type CogError, UnavailableError } from "@cog/core/errors";
import { documentText } from "@cog/core/schema";
import { type ContainerEngine, docker, lastLine, spawn, TOOL_NAMES } from "#docker";
import { localFetch } from "#http";
import { writeState } from "#project";
import type { Context, RunningModel, StartOptions } from "../engine.ts";
import { commonArguments, containerName, removeAtExit, removeContainer } from "./container.ts";
import type { Run } from "./engine.ts";
import { lacksDriver, noGpu, warnOfCpu } from "./gpus.ts";
import { NOTIFY_FD, notificationReader, type Told } from "./notifications.ts";
import { freePort, isFree } from "./ports.ts";
import { type QueueAccess, queueAccess } from "./queue.ts";
import { untilAnswers, waitUntilReady } from "./readiness.ts";

const PORT_INSIDE = 5000;
const STOP_SECONDS = 3;
const GONE_MS = 500;
const SHUTDOWN_ANSWER_MS = 300;
const LOG_MS = 1000;
const LOG_POLL_MS = 5;
/** Somebody may take a free port before Docker does. */
const PORT_ATTEMPTS = 3;

export async function startContainer(run: Run, options: StartOptions, context: Context): Promise<RunningModel> {
  if (run.project !== undefined && options.schema !== undefined) {
    writeState(run.project, "openapi_schema.json", documentText(options.schema));
  }
  const { host, port: wanted } = options.listen;
  if (wanted !== 0 && !(await isFree(wanted, host))) throw portTaken(options);
  const queue = options.queue && (await queueAccess(options.queue, { ...context, tool: run.tool }));
  let gpus = options.gpus ?? (run.gpu ? "all" : undefined);
  for (let attempt = 1; ; attempt++) {
    const port = wanted === 0 ? await freePort() : wanted;
    const container = await launch(run, { options, port, gpus, queue });
    const failure = "refusal" in container ? container.refusal : await firstSign(container, context.signal);
    if (typeof failure !== "string") return failure;
    if (lacksDriver(failure) && gpus !== undefined) {
      if (options.gpus !== undefined) throw noGpu(run.tool);
      warnOfCpu(run.tool, context.report);
      gpus = undefined;
    } else if (!isPortTaken(failure) || wanted !== 0 || attempt === PORT_ATTEMPTS) {
      throw explain(failure, run, options);
    }
  }
}

interface Launched {
  readonly model: RunningModel;
  /** What docker said when the container never came to run; undefined once it did and ended. */
  readonly refused: Promise<string | undefined>;
  /** Of one that outlives us nothing: it is up, and its log is its own. */
  readonly told: Told | undefined;
  readonly isRunning: () => Promise<boolean>;
}

/** What docker said to a container that it did not start at all. */
interface Refused {
  readonly refusal: string;
}

interface LaunchOptions {
  readonly options: StartOptions;
  readonly queue: QueueAccess | undefined;
  readonly port: number;
  readonly gpus: string | undefined;
}

/** The tool's own failure; other exit codes are the container's business. */
const REFUSED = 125;

async function launch(run: Run, { options, port, gpus, queue }: LaunchOptions): Promise<Launched | Refused> {
  const name = containerName(run);
  const { host } = options.listen;
  const { keep } = options;
  const shared = queue?.sharesNetwork === true;
  const args = [
    "run",
    ...(keep === undefined ? [] : ["--detach", `--label=run.cog.instance=${keep.id}`]),
    "--init=false",
    ...(await commonArguments(run, {
      ...options,
      name,
      env: {
        LOG_FORMAT: "console",
        ...(keep === undefined && { COG_NOTIFY_FD: NOTIFY_FD }),
        ...options.env,
        ...(shared && { PORT: String(port) }),
      },
      inherit: [...(options.inherit ?? []), ...Object.keys(queue?.env ?? {})],
      gpus,
    })),
    shared
      ? "--network=host"
      : `--publish=${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}:${PORT_INSIDE}`,
    ...(options.callsHost === true ? ["--add-host=host.docker.internal:host-gateway"] : []),
    // The server leaves SIGTERM to whoever asks it to shut down.
    ...(options.serverFlags.includes("--await-explicit-shutdown") ? ["--stop-signal=SIGINT"] : []),
    run.image,
    "python",
    "-m",
    "cog.server.http",
    ...(options.mode === "train" ? ["--x-mode", "train"] : []),
    ...options.serverFlags,
    ...(shared ? ["--host", host] : []),
  ];
  const disarm = removeAtExit(run.tool, name);
  // A group of its own: Ctrl-C in the terminal is for us, and we stop the container when we are ready to.
  const detached = keep === undefined ? undefined : await docker(args, { tool: run.tool, env: queue?.env });
  // A container that is to outlive us runs without us; we watch it by its log, which ends when it does.
  if (detached !== undefined && detached.exitCode !== 0) {
    disarm();
    await removeContainer(run.tool, name);
    return { refusal: detached.stderr };
  }
  const watched = keep === undefined ? args : ["logs", "--follow", name];
  const child = spawn(run.tool, watched, { stdin: "ignore", detached: true, buffer: false, env: queue?.env ?? {} });
  let tail = "";
  let shown = 0;
  const output = withoutRefusal(options.onOutput);
  const show = (text: string) => {
    tail = (tail + text).slice(-4096);
    shown += text.length;
    output.write(text);
  };
  const reader = notificationReader(show);
  child.stdout.setEncoding("utf8").on("data", reader.write);
  child.stderr.setEncoding("utf8").on("data", show);
  const told = keep === undefined ? reader.told : undefined;
  const finished = child.then(({ exitCode = 1 }) => {
    reader.end();
    output.end(exitCode === REFUSED);
    return exitCode;
  });
  const ended = finished.then((exitCode) => {
    disarm();
    return endReason(exitCode);
  });
  let stopping: Promise<void> | undefined;
  let isUp = false;
  const model: RunningModel = {
    url: `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`,
    ended,
    ready: async ({ signal }) => {
      await waitUntilReady({ url: model.url, ended, told, signal });
      isUp = true;
      if (keep !== undefined) await untilShown(run.tool, name, () => shown);
    },
    stop: () => {
      const url = isUp ? model.url : undefined;
      const isDeaf = told?.isHeard() === false;
      stopping ??= stopContainer({ tool: run.tool, name, url, finished, isRun: keep === undefined, isDeaf }).finally(
        disarm,
      );
      return stopping;
    },
    ...(keep !== undefined && {
      kept: {
        place: { engine: run.tool, container: name },
        leave: () => {
          disarm();
          child.kill();
        },
      },
    }),
  };
  const refused = finished.then((exitCode) => (exitCode === REFUSED ? tail : undefined));
  return { model, refused, told, isRunning: () => isRunning(run.tool, name) };
}

/** How long after its last words the tool may take to end. */
const LAST_WORDS_MS = 1000;

/** What the tool says of its own failure, and then ends, is told in better words by whoever asked it. */
function withoutRefusal(write: (text: string) => void) {
  let held: string | undefined;
  let isFirst = true;
  const release = () => {
    if (held !== undefined) write(held);
    held = undefined;
  };
  return {
    write: (text: string) => {
      if (isFirst && /^(docker|Error): /.test(text)) {
        held = "";
        setTimeout(release, LAST_WORDS_MS).unref();
      }
      isFirst = false;
      if (held === undefined) write(text);
      else held += text;
    },
    end: (isRefusal: boolean) => {
      if (isRefusal) held = undefined;
      release();
    },
  };
}

/**
 * Waits until the server answers or docker gives up; returns the model, or what docker said. A connection alone is no sign:
 * Docker accepts it before it knows whether the container can run.
 */
async function firstSign({ model, refused, ...server }: Launched, signal: AbortSignal): Promise<RunningModel | string> {
  const done = new AbortController();
  try {
    const answers = untilAnswers({ url: model.url, ...server, signal: AbortSignal.any([signal, done.signal]) });
    return (await Promise.race([refused, answers])) ?? model;
  } catch (error) {
    await model.stop();
    throw error;
  } finally {
    done.abort();
  }
}

async function isRunning(tool: ContainerEngine, name: string): Promise<boolean> {
  const { stdout } = await docker(["container", "inspect", "--format", "{{.State.Running}}", name], { tool });
  return stdout.trim() === "true";
}

/** What setup has printed may still be on its way to us when the server is ready, after which its log is not shown. */
async function untilShown(tool: ContainerEngine, name: string, shown: () => number): Promise<void> {
  const { stdout, stderr } = await docker(["logs", name], { tool });
  const deadline = Date.now() + LOG_MS;
  while (shown() < stdout.length + stderr.length && Date.now() < deadline) await delay(LOG_POLL_MS);
}

interface Stopping {
  readonly tool: ContainerEngine;
  readonly name: string;
  readonly finished: Promise<number>;
  /** `finished` is the end of `docker run --rm`, which comes after the container is taken away. */
  readonly isRun: boolean;
  /** Where the server answers, if it ever did: the port may be another's. */
  readonly url: string | undefined;
  /** It has not come to listening: no signal would end it. */
  readonly isDeaf: boolean;
}

async function stopContainer({ tool, name, finished, isRun, url, isDeaf }: Stopping): Promise<void> {
  const goneWithin = (ms: number) => Promise.race([finished.then(() => true), delay(ms, false)]);
  const stop = async () => {
    if (isDeaf) return false;
    const stopped = await docker(["stop", `--time=${STOP_SECONDS}`, name], { tool }).catch(() => undefined);
    return isRun && stopped?.exitCode === 0 && (await goneWithin(GONE_MS));
  };
  const isShuttingDown = isRun && url !== undefined && (await shutDown(url));
  const isGone = isShuttingDown ? await goneWithin(STOP_SECONDS * 1000) : await stop();
  if (isGone) return;
  // One that the engine is about to make cannot be removed before it is there.
  do await removeContainer(tool, name);
  while (!(await goneWithin(GONE_MS)));
}

/** Asks the server itself, which hears it before docker could even be started to tell it. False: it does not answer. */
async function shutDown(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(SHUTDOWN_ANSWER_MS);
    return (await localFetch(`${url}/shutdown`, { method: "POST", signal })).status === 200;
  } catch {
    return false;
  }
}

function endReason(exitCode: number): string {
  if (exitCode === 0) return "the container has stopped";
  if (exitCode === 137) return "the container was killed (signal 9), perhaps because it ran out of memory";
  if (exitCode > 128) return `the container was ended by signal ${exitCode - 128}`;
  return `the container exited with status ${exitCode}`;
}

function isPortTaken(message: string): boolean {
  return /port is already allocated|address already in use/i.test(message);
}

function explain(message: string, { tool }: Run, options: StartOptions): CogError {
  if (isPortTaken(message)) return portTaken(options);
  const said = message.replace(/\nRun 'docker run --help'.*/s, "");
  return new UnavailableError("docker.start", `${TOOL_NAMES[tool]} could not start the container: ${lastLine(said)}`);
}

function portTaken({ listen: { host, port } }: StartOptions): CogError {
  return new UnavailableError("port.taken", `Port ${port} on ${host} is in use`, {
    hint: "Choose another one with -p.",
  });
}

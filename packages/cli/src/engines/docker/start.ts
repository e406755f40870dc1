/** A model server in a container: `docker run` is a child whose output is the container's and whose end is its end. */
import { type CogError, UnavailableError, UserError } from "@cog/core/errors";
import { documentText } from "@cog/core/schema";
import { docker, lastLine, spawn } from "#docker";
import { writeState } from "#project";
import type { Context, RunningModel, StartOptions } from "../engine.ts";
import { commonArguments, containerName, removeAtExit, removeContainer } from "./container.ts";
import type { Run } from "./engine.ts";
import { freePort, isFree } from "./ports.ts";
import { untilAnswers, waitUntilReady } from "./readiness.ts";

const PORT_INSIDE = 5000;
const STOP_SECONDS = 3;
/** Somebody may take a free port before Docker does. */
const PORT_ATTEMPTS = 3;

export async function startContainer(run: Run, options: StartOptions, context: Context): Promise<RunningModel> {
  if (run.project !== undefined && options.schema !== undefined) {
    writeState(run.project, "openapi_schema.json", documentText(options.schema));
  }
  const { host, port: wanted } = options.listen;
  if (wanted !== 0 && !(await isFree(wanted, host))) throw portTaken(options);
  let gpus = options.gpus ?? (run.gpu ? "all" : undefined);
  for (let attempt = 1; ; attempt++) {
    const port = wanted === 0 ? await freePort() : wanted;
    const container = await launch(run, { options, port, gpus });
    const failure = await firstSign(container, context.signal);
    if (failure === undefined) return container.model;
    if (/could not select device driver|nvidia-container-cli/i.test(failure) && gpus !== undefined) {
      if (options.gpus !== undefined) {
        throw new UserError("docker.no_gpu", "Docker is missing required device driver", {
          hint: "Install the NVIDIA container toolkit, or use --gpus none to run on the CPU.",
        });
      }
      context.report.warn("Missing device driver, re-trying without GPU");
      gpus = undefined;
    } else if (!isPortTaken(failure) || wanted !== 0 || attempt === PORT_ATTEMPTS) {
      throw explain(failure, options);
    }
  }
}

interface Launched {
  readonly model: RunningModel;
  /** What docker said when the container never came to run; undefined once it did and ended. */
  readonly refused: Promise<string | undefined>;
}

interface LaunchOptions {
  readonly options: StartOptions;
  readonly port: number;
  readonly gpus: string | undefined;
}

async function launch(run: Run, { options, port, gpus }: LaunchOptions): Promise<Launched> {
  const name = containerName(run);
  const { host } = options.listen;
  const args = [
    "run",
    "--init=false",
    ...(await commonArguments(run, {
      name,
      env: { LOG_FORMAT: "console", ...options.env },
      gpus,
    })),
    `--publish=${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}:${PORT_INSIDE}`,
    run.image,
    "python",
    "-m",
    "cog.server.http",
    ...(options.mode === "train" ? ["--x-mode", "train"] : []),
    ...options.serverFlags,
  ];
  const disarm = removeAtExit(name);
  // A group of its own: Ctrl-C in the terminal is for us, and we stop the container when we are ready to.
  const child = spawn("docker", args, { stdin: "ignore", detached: true, buffer: false, all: true });
  let tail = "";
  child.all.on("data", (chunk: Buffer) => {
    const text = chunk.toString();
    tail = (tail + text).slice(-4096);
    options.onOutput(text);
  });
  const finished = child.then(({ exitCode }) => exitCode ?? 1);
  const ended = finished.then((exitCode) => {
    disarm();
    return endReason(exitCode);
  });
  let stopping: Promise<void> | undefined;
  const model: RunningModel = {
    url: `http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}`,
    ended,
    ready: ({ signal }) => waitUntilReady({ url: model.url, ended, signal }),
    stop: () => {
      stopping ??= stopContainer(name, finished).finally(disarm);
      return stopping;
    },
  };
  // 125 is docker's own failure; the container's exit codes are its business.
  const refused = finished.then((exitCode) => (exitCode === 125 ? tail : undefined));
  return { model, refused };
}

/**
 * Waits until the server answers or docker gives up; returns what it said in that case. A connection alone is no sign:
 * Docker accepts it before it knows whether the container can run.
 */
async function firstSign({ model, refused }: Launched, signal: AbortSignal): Promise<string | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([refused, untilAnswers(model.url, AbortSignal.any([signal, done.signal]))]);
  } catch (error) {
    await model.stop();
    throw error;
  } finally {
    done.abort();
  }
}

async function stopContainer(name: string, finished: Promise<number>): Promise<void> {
  await docker(["stop", `--time=${STOP_SECONDS}`, name]).catch(() => undefined);
  await removeContainer(name);
  await finished;
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

function explain(message: string, options: StartOptions): CogError {
  if (isPortTaken(message)) return portTaken(options);
  const said = message.replace(/\nRun 'docker run --help'.*/s, "");
  return new UnavailableError("docker.start", `Docker could not start the container: ${lastLine(said)}`);
}

function portTaken({ listen: { host, port } }: StartOptions): CogError {
  return new UnavailableError("port.taken", `Port ${port} on ${host} is in use`, {
    hint: "Choose another one with -p.",
  });
}

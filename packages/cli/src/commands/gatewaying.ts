/** The story of `cog gateway`: look whether Redis is there, start the server's own gateway, stay until told to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CogError } from "@cog/core/errors";
import type { Notification } from "@cog/core/wire";
import { openRedis } from "#queue";
import { carriedServer } from "#sdk";
import type { CommandContext } from "./command.ts";
import type { GatewayFlags } from "./gateway.ts";
import { aborted } from "./interrupt.ts";
import { addressOf, checkPort } from "./port.ts";
import { mostWaiting, queuePlace } from "./queue-place.ts";

const NOTIFY_FD = 3;
/** How long open requests may take to end, once it is to stop. */
const STOP_MS = 4000;

export async function runGateway(flags: GatewayFlags, context: CommandContext): Promise<number> {
  const { report, signal } = context;
  const { name, url } = queuePlace(flags, "gateway", context);
  const port = await checkPort({ host: flags.host, port: Number(flags.port), flag: "-p" });
  // Later on it waits for a Redis that is away; a wrong address is better told at once.
  (await openRedis(url)).close();
  const child = start({ flags, port, name, url, most: mostWaiting(flags["lag-max"], context) }, context);
  const ended = endOf(child);
  const stopAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", stopAtExit);
  try {
    const listening = await Promise.race([listeningPort(child), ended, aborted(signal)]);
    if (typeof listening === "number") report.info(`Gateway to ${name} at ${addressOf(flags.host, listening)}`);
    const reason = await Promise.race([ended, aborted(signal)]);
    if (reason !== undefined) throw new CogError("model.ended", `The gateway ended: ${reason}`);
    await stop(child, ended);
    return 0;
  } finally {
    process.removeListener("exit", stopAtExit);
    child.kill("SIGKILL");
  }
}

interface Start {
  readonly flags: GatewayFlags;
  readonly port: number;
  readonly name: string;
  readonly url: string;
  readonly most: number | undefined;
}

function start({ flags, port, name, url, most }: Start, { settings, global, report }: CommandContext): ChildProcess {
  const child = spawn(process.execPath, [carriedServer(), "--host", flags.host], {
    env: {
      ...settings.environment,
      COG_ENTRY: "gateway",
      // Not as an argument: the URL may hold a password, and others can see arguments.
      COG_REDIS_URL: url,
      COG_REDIS_QUEUE: name,
      ...(most !== undefined && { COG_QUEUE_LAG_MAX: String(most) }),
      LOG_FORMAT: flags.json ? "json" : "console",
      COG_LOG_LEVEL: global.debug ? "debug" : "warning",
      PORT: String(port),
      COG_NOTIFY_FD: String(NOTIFY_FD),
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // A group of its own: Ctrl-C in the terminal is for us, and we end it.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => report.output(text));
  }
  return child;
}

function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    createInterface({ input: child.stdio[NOTIFY_FD] as Readable }).on("line", (line) => {
      const notification = JSON.parse(line) as Notification; // our own server writes them
      if (notification.event === "listening") resolve(notification.port);
    });
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal === null ? `status ${code ?? 0}` : String(signal)));
  });
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

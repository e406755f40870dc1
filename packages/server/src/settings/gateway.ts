/** Flags and variables of the gateway, in its own process: read here and nowhere else. */
import { parseArgs } from "node:util";
import { messageOf, UserError } from "@cog/core/errors";
import type { Environment, LogSettings } from "./settings.ts";
import { descriptor, logLevel, readPort } from "./settings.ts";
import { isOn, numberReader, seconds, text } from "./values.ts";

export interface GatewaySettings {
  readonly redisUrl: string;
  readonly queueName: string;
  readonly host: string;
  readonly port: number;
  /** New predictions are refused while more than these wait; undefined: never. */
  readonly lagMax: number | undefined;
  readonly streamKeepAliveMs: number;
  readonly drainDelayMs: number;
  /** Undefined: open requests may take as long as they need. */
  readonly drainTimeoutMs: number | undefined;
  readonly probePrefix: string;
  readonly localPathInputs: boolean;
  readonly log: LogSettings;
  readonly notifyFd: number | undefined;
  readonly warnings: readonly string[];
}

export type GatewayInvocation =
  | { readonly action: "serve"; readonly settings: GatewaySettings }
  | { readonly action: "help" };

export const GATEWAY_USAGE = `Usage: python -m cog.server.gateway --redis-url URL --queue NAME [options]

  --redis-url URL   the Redis of the queue, redis://[:PASSWORD@]HOST:PORT[/DB] or rediss:// ($COG_REDIS_URL)
  --queue NAME      the queue that workers serve ($COG_REDIS_QUEUE)
  --host HOST       address to listen on (default 0.0.0.0; the port is $PORT, default 5000)
  -h, --help        print this

COG_QUEUE_LAG_MAX   refuse predictions with 429 while more than these wait
`;

/** Throws a UserError with code `usage` for a flag that does not exist, and for one that is missing. */
export function readGatewayInvocation(args: readonly string[], env: Environment): GatewayInvocation {
  const flags = readFlags(args);
  if (flags.help) return { action: "help" };
  const warnings: string[] = [];
  const number = numberReader(env, warnings);
  const lagMax = number("COG_QUEUE_LAG_MAX", { fallback: Number.POSITIVE_INFINITY, least: 0 });
  return {
    action: "serve",
    settings: {
      redisUrl: redisUrl(needed(flags["redis-url"] ?? env["COG_REDIS_URL"], "--redis-url")),
      queueName: needed(flags.queue ?? env["COG_REDIS_QUEUE"], "--queue"),
      host: flags.host ?? "0.0.0.0",
      port: readPort(env["PORT"]),
      lagMax: Number.isFinite(lagMax) ? lagMax : undefined,
      streamKeepAliveMs: seconds(number("COG_SSE_KEEPALIVE", { fallback: 15, least: 0.01, fraction: true })),
      drainDelayMs: seconds(number("COG_DRAIN_DELAY", { fallback: 0, least: 0, fraction: true })),
      drainTimeoutMs:
        text(env["COG_DRAIN_TIMEOUT"]) === undefined
          ? undefined
          : seconds(number("COG_DRAIN_TIMEOUT", { fallback: 300, least: 0, fraction: true })),
      probePrefix: (env["COG_PROBE_PREFIX"] ?? "").replace(/\/+$/, ""),
      localPathInputs: isOn(env["COG_LOCAL_PATH_INPUTS"]),
      log: {
        level: logLevel(env["COG_LOG_LEVEL"]),
        format: env["LOG_FORMAT"] === "console" ? "console" : "json",
        rawModelLines: false,
        model: undefined,
      },
      notifyFd: descriptor(env["COG_NOTIFY_FD"]),
      warnings,
    },
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        "redis-url": { type: "string" },
        queue: { type: "string" },
        host: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UserError("usage", messageOf(error).split(". ")[0] ?? "bad flag", {
      hint: "--help lists the flags.",
      cause: error,
    });
  }
}

function needed(value: string | undefined, flag: string): string {
  const given = text(value);
  if (given !== undefined) return given;
  throw new UserError("usage", `${flag} is missing.`, { hint: "--help lists the flags." });
}

function redisUrl(given: string): string {
  if (URL.canParse(given) && /^rediss?:$/.test(new URL(given).protocol)) return given;
  throw new UserError("usage", "--redis-url is no address of a Redis.", { hint: "Write it like redis://HOST:6379." });
}

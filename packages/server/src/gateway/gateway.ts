/**
 * `cog gateway`: the HTTP API of a model in front of a Redis queue, so that many workers stand behind one URL. It keeps
 * nothing: what is known of a prediction is in Redis, so several gateways can stand side by side, and one can be replaced.
 */

import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@cog/core/errors";
import { queueAt } from "@cog/core/queue";
import { HttpServer } from "#http";
import { Log } from "#log";
import type { GatewaySettings } from "#settings";
import { Connection } from "./connection.ts";
import { Desk } from "./desk.ts";
import { Follower } from "./follower.ts";
import { GatewayHealth } from "./health.ts";
import { createGatewayRoutes } from "./routes.ts";
import { PublishedSchema } from "./schema.ts";

const FIRST_CONNECTION_MS = 2000;

export interface GatewayOptions {
  readonly settings: GatewaySettings;
  readonly onListening: (port: number) => void;
}

/** Runs until it is told to stop; resolves with the exit code. */
export async function runGateway({ settings, onListening }: GatewayOptions): Promise<number> {
  const log = new Log(settings.log);
  for (const warning of settings.warnings) log.warn(warning);
  const { host, port, redisUrl, queueName } = settings;
  const [commands, reader] = await Promise.all([
    Connection.open({ url: redisUrl, blocks: false, log }),
    Connection.open({ url: redisUrl, blocks: true, log }),
  ]);
  const queue = queueAt(queueName, commands.call);
  const follower = new Follower({ reader, commands, log });
  const desk = new Desk({ queue, follower, log });
  const health = new GatewayHealth({ queue, commands });
  const schema = new PublishedSchema({ queue, commands, localPaths: settings.localPathInputs, log });
  const routes = createGatewayRoutes({
    ...{ queueName, desk, health, log },
    schema: () => schema.whenAsked(),
    schemaNow: () => schema.now,
    mostWaiting: settings.lagMax,
    streamKeepAliveMs: settings.streamKeepAliveMs,
    probePrefix: settings.probePrefix,
    onDropped: (names) => log.warn("Stripped unknown input fields", { names: names.join(", ") }),
  });
  const http = new HttpServer(routes, log);
  const signals = new StopSignals();
  try {
    // A client that comes at once finds it there; who waits for Redis to come back finds at least us.
    await Promise.race([commands.ready(), delay(FIRST_CONNECTION_MS)]);
    const listening = await http.listen({ host, port });
    onListening(listening);
    log.info("listening", { host, port: listening, queue: queueName });
    const exitCode = await signals.first;
    log.info("stopping");
    if (settings.drainDelayMs > 0) {
      health.draining = true;
      await Promise.race([delay(settings.drainDelayMs), signals.second]);
    }
    const closed = http.close();
    // What is cut off here goes on at its worker: a client finds it by its id, at the next gateway.
    const patience = settings.drainTimeoutMs === undefined ? [] : [delay(settings.drainTimeoutMs)];
    await Promise.race([closed, signals.second, ...patience]);
    return exitCode;
  } catch (error) {
    log.error(`cannot listen on ${host}:${port}: ${messageOf(error)}`);
    return 1;
  } finally {
    schema.close();
    desk.close();
    follower.close();
    commands.close();
    reader.close();
    await log.flush();
  }
}

/** The first asks to stop, the second not to wait for anything. */
class StopSignals {
  readonly first: Promise<number>;
  readonly second: Promise<number>;

  constructor() {
    const next = (): Promise<number> =>
      new Promise((resolve) => {
        process.once("SIGINT", () => resolve(130));
        process.once("SIGTERM", () => resolve(0));
      });
    this.first = next();
    this.second = this.first.then(next);
  }
}

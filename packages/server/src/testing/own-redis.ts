/** A Redis of a test's own, which it may end and start again. Wants redis-server on the PATH. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";

const POLL_MS = 20;

export function hasRedisServer(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export class OwnRedis {
  readonly port: number;
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "cog-test-redis-"));
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}/0`;
    this.#args = args;
  }

  /** Everything that was written survives its end. */
  static async start(args: readonly string[] = []): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort(), args);
    await redis.resume();
    return redis;
  }

  /** As at a loss of power. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    this.#child = undefined;
  }

  /** Resolves when it listens again. */
  async resume(): Promise<void> {
    const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
    const place = ["--bind", "127.0.0.1", "--port", String(this.port), "--dir", this.#folder];
    this.#child = spawn("redis-server", [...place, ...durable, ...this.#args], { stdio: "ignore" });
    const probe = new Redis(this.url, {
      enableReadyCheck: false,
      retryStrategy: () => POLL_MS,
      maxRetriesPerRequest: null,
    });
    probe.on("error", () => undefined); // Until it listens.
    while (!(await answers(probe))) await wait(POLL_MS);
    probe.disconnect();
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Also one that wants a password does. */
async function answers(redis: Redis): Promise<boolean> {
  try {
    return (await redis.ping()) === "PONG";
  } catch (error) {
    return error instanceof Error && error.message.startsWith("NOAUTH");
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

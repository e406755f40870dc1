/** A server for one test, which must leave nothing behind, whatever was done to it. */
import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { HealthResponse, HealthState } from "@cog/core/wire";
import { expect } from "vitest";
import type { ModelOptions } from "./model-server.ts";
import { ModelServer } from "./model-server.ts";
import { childrenOf, processesWith } from "./processes.ts";

const POLL_MS = 5;
/** Things go in their own time where a machine is busy. */
const PATIENCE_MS = 20_000;

/** Serves for as long as `use` takes; then there is no zombie, and after its end no process and no temporary file. */
export async function serving<T>(options: ModelOptions, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await ModelServer.start(options);
  try {
    const result = await use(server);
    await nothing("zombies", () => childrenOf(server.pid).filter(({ state }) => state === "Z"));
    await server.stop();
    await nothing("processes", () => processesWith(server.folder));
    await nothing("temporary files", () => readdirSync(server.temporary));
    return result;
  } finally {
    await server.close();
  }
}

/** What a system takes a moment to clear away. */
export async function nothing(what: string, look: () => readonly unknown[]): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (look().length > 0 && Date.now() < end) await wait(POLL_MS);
  expect(look(), what).toEqual([]);
}

/** Asks until the server is in this state. */
export async function until(server: ModelServer, state: HealthState): Promise<HealthResponse> {
  for (;;) {
    const health = await server.client.health();
    if (health.status === state) return health;
    await wait(POLL_MS);
  }
}

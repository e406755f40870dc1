/** All workers of this server. */
import type { HealthPayload, SetupReport } from "@cog/core/wire";
import type { Supervisor, SupervisorState } from "./supervisor.ts";

/** Where the workers stand together. */
export type PoolState =
  | { readonly name: "starting"; readonly error?: string }
  | { readonly name: "ready" }
  | { readonly name: "failed"; readonly error: string }
  | { readonly name: "defunct"; readonly error: string };

/** A hook that takes longer counts as failing; the worker itself gives up after five seconds. */
const HEALTHCHECK_MS = 10_000;

export class Pool {
  readonly #supervisors: readonly Supervisor[];

  constructor(supervisors: readonly Supervisor[]) {
    this.#supervisors = supervisors;
  }

  /** Of the processes that run now. */
  get pids(): readonly number[] {
    return this.#supervisors.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  start(): void {
    for (const supervisor of this.#supervisors) supervisor.start();
  }

  /** New workers in place of all, because the code has changed. */
  async reload(): Promise<void> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.reload()));
  }

  /** One ready worker makes the server ready. */
  get state(): PoolState {
    const states = this.#supervisors.map(({ state }) => state);
    if (states.some(({ name }) => name === "ready")) return { name: "ready" };
    return states.find(isStarting) ?? states.find(isDead) ?? { name: "starting" };
  }

  /** The setup that the state speaks of. */
  get setup(): SetupReport | undefined {
    const wanted = this.state.name;
    return this.#supervisors.find(({ state }) => state.name === wanted)?.setup;
  }

  /** The first complaint of a ready worker's `healthcheck`; undefined when there is none. */
  async complaint(): Promise<string | undefined> {
    const asked: Promise<HealthPayload>[] = [];
    for (const { state } of this.#supervisors) {
      if (state.name === "ready" && state.worker.hasHealthcheck) asked.push(state.worker.healthcheck());
    }
    if (asked.length === 0) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<HealthPayload[]>((resolve) => {
      const error = `Healthcheck failed: no answer within ${HEALTHCHECK_MS / 1000} seconds`;
      timer = setTimeout(() => resolve([{ healthy: false, error }]), HEALTHCHECK_MS);
    });
    const answers = await Promise.race([Promise.all(asked), late]);
    clearTimeout(timer);
    const bad = answers.find(({ healthy }) => !healthy);
    return bad === undefined ? undefined : (bad.error ?? "Healthcheck failed");
  }

  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.stop(options)));
  }
}

function isStarting(state: SupervisorState): state is Extract<SupervisorState, { name: "starting" }> {
  return state.name === "starting";
}

function isDead(state: SupervisorState): state is Extract<SupervisorState, { error: string }> {
  return state.name === "failed" || state.name === "defunct";
}

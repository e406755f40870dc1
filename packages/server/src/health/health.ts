/** What `GET /health-check` and the probes say. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { builtAt, commit, version } from "@cog/core/version";
import type { HealthResponse, HealthState, VersionReport } from "@cog/core/wire";
import type { Log } from "#log";
import type { Slots } from "#predictions";
import type { Launcher } from "#settings";
import type { Pool, PoolState } from "#workers";

/** What clients of the old kind of readiness probe look for. */
const READY_FILE = "/var/run/cog/ready";

const STATES: Readonly<Record<PoolState["name"], HealthState>> = {
  starting: "STARTING",
  ready: "READY",
  failed: "SETUP_FAILED",
  defunct: "DEFUNCT",
};

export interface HealthOptions {
  readonly pool: Pool;
  readonly slots: Slots;
  readonly launcher: Launcher;
  readonly kubernetes: boolean;
  readonly readyWhenBusy: boolean;
  /** False when a queue that predictions should come from has been out of reach for too long. */
  readonly queueIsReachable: () => boolean;
  readonly log: Log;
}

export class Health {
  /** New predictions are refused: the server is stopping. */
  draining = false;
  /** Set while the model is loaded again because its code has changed: requests wait for it. */
  reloading: Promise<void> | undefined;
  /** It was READY once. */
  wasReady = false;
  readonly #options: HealthOptions;
  readonly #version: VersionReport;
  /** What the model said of itself when it was last asked. */
  #complained = false;
  #toldKubernetes = false;

  constructor(options: HealthOptions) {
    const { python, sdk } = options.launcher;
    this.#options = options;
    this.#version = {
      coglet: version,
      python,
      python_sdk: sdk,
      cog: sdk,
      git_sha: commit,
      build_time: builtAt,
    };
  }

  /** Without asking the model. */
  get state(): HealthState {
    const { pool, slots } = this.#options;
    return slots.busy < slots.max || pool.state.name !== "ready" ? STATES[pool.state.name] : "BUSY";
  }

  /** The state that the last report told of, as far as it may have changed since. */
  get lastKnown(): HealthState {
    return this.#complained && this.#options.pool.state.name === "ready" ? "UNHEALTHY" : this.state;
  }

  async report(): Promise<HealthResponse> {
    const { pool, slots } = this.#options;
    const complaint = pool.state.name === "ready" ? await pool.complaint() : undefined;
    this.#complained = complaint !== undefined;
    const error = "error" in pool.state ? pool.state.error : undefined;
    const status = complaint === undefined ? this.state : "UNHEALTHY";
    if (status === "READY") this.#tellKubernetes();
    const setup = pool.setup;
    return {
      status,
      ...(setup === undefined ? {} : { setup }),
      version: this.#version,
      ...(error === undefined ? {} : { error }),
      ...(complaint === undefined ? {} : { user_healthcheck_error: complaint }),
      concurrency: { max: slots.max, current: slots.busy, waiting: slots.waiting },
    };
  }

  /** The status code of a Kubernetes probe. */
  probe(name: "startupz" | "readyz" | "livez", { status }: HealthResponse): 200 | 500 | 503 {
    switch (name) {
      case "startupz":
        return this.wasReady ? 200 : 503;
      case "readyz": {
        if (this.draining || !this.#options.queueIsReachable()) return 503;
        const ready = status === "READY" || (status === "BUSY" && this.#options.readyWhenBusy);
        return ready ? 200 : 503;
      }
      case "livez":
        return status === "DEFUNCT" ? 500 : 200;
    }
  }

  #tellKubernetes(): void {
    if (!this.#options.kubernetes || this.#toldKubernetes) return;
    this.#toldKubernetes = true;
    mkdir(dirname(READY_FILE), { recursive: true })
      .then(() => writeFile(READY_FILE, ""))
      .catch((error: Error) => this.#options.log.warn(`${READY_FILE} could not be written: ${error.message}`));
  }
}

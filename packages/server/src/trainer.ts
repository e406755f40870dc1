/**
 * The train function of a server of predictions: a worker of its own, started by the first training. Until then it costs
 * nothing, and a training neither takes a slot from predictions nor ends their worker when it crashes.
 */
import type { FileInputs } from "#files";
import type { Log } from "#log";
import { Slots } from "#predictions";
import type { SupervisorOptions, SupervisorState, WorkerProcess } from "#workers";
import { Supervisor } from "#workers";

export interface TrainerOptions {
  readonly worker: Omit<SupervisorOptions, "beforeReady" | "onChange">;
  readonly queueMax: number;
  readonly queueTimeoutMs: number | undefined;
  /** Nobody will run those that wait. */
  readonly onGivenUp: (error: string) => void;
  readonly onRestart: () => void;
  readonly log: Log;
}

export class Trainer {
  readonly slots: Slots;
  readonly #options: TrainerOptions;
  #supervisor: Supervisor | undefined;
  #files: FileInputs = {};

  constructor(options: TrainerOptions) {
    const { queueMax, queueTimeoutMs } = options;
    this.#options = options;
    this.slots = new Slots({ queueMax, timeoutMs: queueTimeoutMs });
  }

  /** Its inputs that want files, once it runs. */
  get files(): FileInputs {
    return this.#files;
  }

  /** Starts the worker the first time. Says why there is none, when it has been given up. */
  begin(): string | undefined {
    if (this.#supervisor === undefined) {
      this.#supervisor = new Supervisor({
        ...this.#options.worker,
        beforeReady: async ({ files }: WorkerProcess) => {
          this.#files = files;
        },
        onChange: (state, before) => this.#changed(state, before),
      });
      this.#waitForStart();
      this.#supervisor.start();
    }
    const { state } = this.#supervisor;
    return state.name === "failed" || state.name === "defunct"
      ? `The train function does not run: ${state.error}`
      : undefined;
  }

  /** Of its worker, once there is one. */
  get pid(): number | undefined {
    return this.#supervisor?.pid;
  }

  /** The code has changed. What was never started starts with the new code anyway. */
  async reload(): Promise<void> {
    await this.#supervisor?.reload();
  }

  async stop(options: { readonly now?: boolean } = {}): Promise<void> {
    await this.#supervisor?.stop(options);
  }

  /** A request that finds the worker starting waits for it, as it would otherwise have had the slot. */
  #waitForStart(): void {
    this.slots.queueMax = Math.max(1, this.#options.queueMax);
  }

  #changed(state: SupervisorState, before: SupervisorState): void {
    const { log, queueMax, onGivenUp, onRestart } = this.#options;
    if (before.name === "ready") this.slots.close(before.worker);
    switch (state.name) {
      case "ready":
        this.slots.queueMax = queueMax;
        this.slots.open(state.worker);
        log.info("train function ready");
        return;
      case "starting":
        this.#waitForStart();
        if (state.error === undefined) return;
        log.error("the train function's worker died; starting it again");
        onRestart();
        return;
      case "failed":
      case "defunct":
        log.error(`the train function does not run: ${state.error}`);
        onGivenUp(state.error);
        return;
      case "stopped":
        return;
    }
  }
}

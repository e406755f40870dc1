/**
 * Keeps one worker alive: starts it, waits for its setup, says why it died, starts it again with back-off. A death in the
 * first setup is final; after that, three failures in a row without a finished prediction between them are.
 */
import { messageOf } from "@cog/core/errors";
import type { SetupReport } from "@cog/core/wire";
import { timestamp } from "#time";
import type { WorkerEnd } from "./end.ts";
import { describeEnd } from "./end.ts";
import type { LogPart } from "./frames.ts";
import type { WorkerLink } from "./link.ts";
import type { WorkerOptions } from "./process.ts";
import { WorkerProcess } from "./process.ts";

export type SupervisorState =
  /** `error`: why the one before ended. */
  | { readonly name: "starting"; readonly error?: string }
  | { readonly name: "ready"; readonly worker: WorkerProcess }
  /** The first setup failed. */
  | { readonly name: "failed"; readonly error: string }
  | { readonly name: "defunct"; readonly error: string }
  | { readonly name: "stopped" };

export interface SupervisorOptions {
  /** What must be there before a process is started; where it fails, setup has failed. Absent: nothing. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** Starts a process; `first` may take the one that the launcher forked. */
  readonly start: (life: { readonly first: boolean }) => WorkerLink;
  readonly worker: WorkerOptions;
  readonly restart: boolean;
  readonly setupTimeoutMs: number | undefined;
  /** What must be done before a worker that finished its setup counts as ready. */
  readonly beforeReady: (worker: WorkerProcess) => Promise<void>;
  readonly onLog: (part: LogPart) => void;
  readonly onChange: (state: SupervisorState, before: SupervisorState) => void;
}

/** Before the first and the second restart in a row; there is no third. */
const BACK_OFF_MS = [100, 1000] as const;
/** How long a worker may take to end by itself. */
const GOODBYE_MS = 3000;
/** How long predictions may go on with code that has changed. */
const RELOAD_GRACE_MS = 5000;

export class Supervisor {
  setup: SetupReport = { status: "starting", started_at: timestamp(Date.now()) };
  state: SupervisorState = { name: "starting" };
  /** What the last setup waited for before it started a process; undefined: for nothing. `doneAt` undefined: in vain. */
  preparation: { readonly doneAt: number | undefined } | undefined;
  readonly #options: SupervisorOptions;
  #process: WorkerProcess | undefined;
  /** No process was started yet. */
  #first = true;
  /** A worker with the present code was ready: a later one that fails is tried again. */
  #proven = false;
  #settled: (() => void)[] = [];
  #failures = 0;
  #setupLogs = "";
  #timer: NodeJS.Timeout | undefined;
  #gone: (() => void) | undefined;
  /** Changes with every start: one that was overtaken meanwhile starts nothing. */
  #starts = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  start(): void {
    const { prepare } = this.#options;
    this.#setupLogs = "";
    this.setup = { status: "starting", started_at: timestamp(Date.now()) };
    this.#starts += 1;
    this.preparation = prepare === undefined ? undefined : { doneAt: undefined };
    if (prepare === undefined) this.#startProcess();
    else void this.#startPrepared(prepare, this.#starts);
  }

  async #startPrepared(prepare: () => Promise<void>, start: number): Promise<void> {
    const isWanted = () => this.#starts === start && this.state.name === "starting";
    try {
      await prepare();
      if (!isWanted()) return;
      this.preparation = { doneAt: Date.now() };
      this.#startProcess();
    } catch (error) {
      if (isWanted()) this.#failedSetup(messageOf(error));
    }
  }

  #startProcess(): void {
    const { setupTimeoutMs } = this.#options;
    const first = this.#first;
    this.#first = false;
    const worker: WorkerProcess = new WorkerProcess(this.#options.start({ first }), this.#options.worker, {
      onReady: () => void this.#ready(worker),
      onSetupFailed: (error) => this.#failed(worker, error),
      onLog: (part) => this.#log(part),
      onEnd: (end) => this.#ended(worker, end),
    });
    this.#process = worker;
    if (setupTimeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#failed(worker, "worker setup timed out"), setupTimeoutMs);
    }
  }

  /**
   * The code has changed: a new worker takes this one's place, and its setup counts as the first. Resolves when it is ready
   * or has failed. The old one is asked to end before the new one starts: two models may not fit one GPU.
   */
  async reload(): Promise<void> {
    if (this.state.name === "stopped") return;
    clearTimeout(this.#timer);
    const old = this.#process;
    this.#process = undefined;
    this.#proven = false;
    this.#failures = 0;
    const settled = new Promise<void>((resolve) => this.#settled.push(resolve));
    const reloading = { name: "starting" } as const;
    this.#change(reloading);
    await old?.retire({ graceMs: RELOAD_GRACE_MS, goodbyeMs: GOODBYE_MS });
    // Unless it was stopped, or told to reload again, meanwhile.
    if (this.state === reloading) this.start();
    await settled;
  }

  /** Asks the worker to end, and ends it if it does not. Resolves when it is gone. */
  async stop({ now = false } = {}): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#process;
    this.#change({ name: "stopped" });
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => {
      this.#gone = resolve;
    });
    if (now) worker.kill();
    else worker.shutdown();
    const impatient = setTimeout(() => worker.kill(), GOODBYE_MS);
    await gone;
    clearTimeout(impatient);
  }

  async #ready(worker: WorkerProcess): Promise<void> {
    if (this.state.name !== "starting" || this.#process !== worker) return;
    await this.#options.beforeReady(worker);
    // Ended, or told to stop, meanwhile.
    if (this.state.name !== "starting" || this.#process !== worker) return;
    clearTimeout(this.#timer);
    this.#proven = true;
    this.#finishSetup("succeeded");
    this.#change({ name: "ready", worker });
  }

  #ended(worker: WorkerProcess, end: WorkerEnd): void {
    this.#failed(worker, describeEnd(end), { counts: end.event !== "replaced" });
  }

  /** @param counts as one of the failures after which it is given up */
  #failed(worker: WorkerProcess, error: string, { counts = true } = {}): void {
    if (this.#process !== worker) return;
    this.#process = undefined;
    clearTimeout(this.#timer);
    worker.kill();
    if (this.state.name === "stopped") {
      this.#gone?.();
      return;
    }
    if (!this.#proven) {
      this.#failedSetup(error);
      return;
    }
    if (this.state.name === "starting") this.#tellFailedSetup(error);
    if (counts) this.#failures = worker.finished > 0 ? 1 : this.#failures + 1;
    const delay = counts ? BACK_OFF_MS[this.#failures - 1] : 0;
    if (!this.#options.restart || delay === undefined) {
      this.#change({ name: "defunct", error });
      return;
    }
    this.setup = { status: "starting", started_at: timestamp(Date.now()) };
    this.#change({ name: "starting", error });
    this.#timer = setTimeout(() => this.start(), delay);
  }

  #failedSetup(error: string): void {
    this.#tellFailedSetup(error);
    this.#change({ name: "failed", error });
  }

  #tellFailedSetup(error: string): void {
    if (!this.#setupLogs.includes(error)) this.#setupLogs += `${error}\n`;
    this.#finishSetup("failed");
  }

  #log(part: LogPart): void {
    if (this.state.name === "starting") this.#setupLogs += part.text;
    this.#options.onLog(part);
  }

  #finishSetup(status: "succeeded" | "failed"): void {
    const logs = this.#setupLogs === "" ? {} : { logs: this.#setupLogs };
    this.setup = { ...this.setup, status, completed_at: timestamp(Date.now()), ...logs };
    this.#setupLogs = "";
  }

  #change(state: SupervisorState): void {
    const before = this.state;
    this.state = state;
    this.#options.onChange(state, before);
    if (state.name !== "starting") for (const resolve of this.#settled.splice(0)) resolve();
  }
}

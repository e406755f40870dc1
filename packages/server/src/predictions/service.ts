/** The sole owner of live predictions. */
import type { TraceContext } from "@cog/core/wire";
import { InFlight } from "#in-flight";
import type { RawValue } from "#raw-json";
import { History } from "./history.ts";
import type { Submission, Workspace } from "./live.ts";
import { LivePrediction } from "./live.ts";
import type { Observe } from "./observer.ts";
import { hasEnded } from "./prediction.ts";
import type { Slots } from "./slots.ts";

export interface PredictionsOptions {
  /** `trace`: what its transfers belong to. */
  readonly openWorkspace: (submission: Submission, trace: TraceContext | undefined) => Workspace;
  readonly observe: readonly Observe[];
  readonly onLog: (live: LivePrediction, source: "stdout" | "stderr", text: string) => void;
}

export class Predictions {
  /** When the last one ended. */
  lastEndedMs = 0;
  readonly #options: PredictionsOptions;
  readonly #live = new InFlight<string, LivePrediction>();
  readonly #history = new History();
  readonly #idle: (() => void)[] = [];

  constructor(options: PredictionsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#live.size;
  }

  find(id: string): LivePrediction | undefined {
    return this.#live.get(id);
  }

  /** The body that shows a live or recently ended prediction. */
  look(id: string): RawValue | undefined {
    return this.#live.get(id)?.snapshot() ?? this.#history.get(id);
  }

  /**
   * Starts a prediction, or lets it wait for a slot. `attach` may subscribe before the first event.
   * "taken": the id is in flight. "full": no slot, and no room to wait.
   */
  submit(submission: Submission, attach: (live: LivePrediction) => void): LivePrediction | "taken" | "full" {
    if (this.#live.has(submission.id)) return "taken";
    const { observe, openWorkspace } = this.#options;
    const observers = observe.map((begin) => begin(submission));
    const trace = observers.find((observer) => observer.trace !== undefined)?.trace ?? submission.trace;
    const live = new LivePrediction({
      submission,
      observers,
      trace,
      workspace: openWorkspace(submission, trace),
      onLog: this.#options.onLog,
      onEnd: (ended) => this.#forget(ended),
    });
    attach(live);
    this.#live.set(live.id, live);
    const admission = live.slots.request(live);
    if (admission === "full") {
      this.#live.delete(live.id);
      return "full";
    }
    if (admission !== "granted") live.ticket = admission;
    return live;
  }

  /** False when no such prediction is in flight. */
  cancel(id: string): boolean {
    const live = this.#live.get(id);
    live?.cancel();
    return live !== undefined;
  }

  cancelAll(): void {
    for (const live of this.#live.values()) live.cancel();
  }

  /** No worker will ever take them: fails those that wait for one of these slots. */
  refuseWaiting(slots: Slots, error: string): void {
    for (const live of this.#live.values()) {
      if (live.ticket !== undefined && live.slots === slots) live.refuse(error, "worker_crash");
    }
  }

  /** Resolves when no prediction is in flight. */
  whenIdle(): Promise<void> {
    if (this.#live.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #forget(live: LivePrediction): void {
    this.#live.delete(live.id);
    this.lastEndedMs = Date.now();
    if (hasEnded(live.now)) this.#history.add(live.now);
    if (this.#live.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

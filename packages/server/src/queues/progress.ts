/**
 * What Redis is told of one job while it runs. One write is under way at a time, and what happens meanwhile is the next one;
 * so a Redis that is slow or away costs a bounded number of events, and the newest snapshot is never lost.
 */
import { EVENTS_KEPT } from "@cog/core/wire";
import type { Change, Holding, Queue } from "./queue.ts";

export class Progress {
  readonly #queue: Queue;
  readonly #job: Holding;
  #waiting: Change[] = [];
  #writing: Promise<unknown> | undefined;
  #scheduled = false;

  constructor(queue: Queue, job: Holding) {
    this.#queue = queue;
    this.#job = job;
  }

  add(change: Change): void {
    if (isSnapshot(change)) this.#waiting = this.#waiting.filter((one) => one.type !== change.type);
    else if (this.#waiting.length >= EVENTS_KEPT) this.#waiting.shift();
    this.#waiting.push(change);
    if (this.#scheduled || this.#writing !== undefined) return;
    this.#scheduled = true;
    // All of one turn is one write, also with what ends the job.
    setImmediate(() => this.#write());
  }

  /** The last changes, together with what still waits. False when the job is not ours any more. */
  async end(changes: readonly Change[]): Promise<boolean> {
    // What waits behind a write is the next one, and goes before the last.
    while (this.#writing !== undefined) await this.#writing;
    const all = [...this.#waiting.splice(0).filter((one) => !isSnapshot(one)), ...changes];
    if (await this.#queue.write(this.#job, all)) return true;
    // The lock may have expired while Redis could not be reached.
    return (await this.#queue.hold(this.#job)) && this.#queue.write(this.#job, all);
  }

  #write(): void {
    this.#scheduled = false;
    if (this.#waiting.length === 0 || this.#writing !== undefined) return;
    // A job that is not ours any more is found out by its heartbeat.
    this.#writing = this.#queue
      .write(this.#job, this.#waiting.splice(0))
      .catch(() => undefined)
      .finally(() => {
        this.#writing = undefined;
        this.#write();
      });
  }
}

/** A newer one takes its place. */
function isSnapshot(change: Change): boolean {
  return change.type === "result" || (change.type === "reply" && change.how === "set");
}

/**
 * Admission: the slots of all live workers, and in front of them a bounded queue, first come first served.
 * Everything happens in the caller's turn: giving a slot back admits the next waiter before `release` returns,
 * which is why a client that stays within capacity never meets a full server.
 */
import type { Worker } from "#workers";

export interface Slot {
  readonly worker: Worker;
  /** Gives the slot back; a second call does nothing. */
  release(): void;
}

/** A request that waits for a slot. */
export interface Ticket {
  leave(): void;
}

interface Opened {
  readonly worker: Worker;
  busy: number;
}

type Grant = (slot: Slot) => void;

export class Slots {
  readonly #queueMax: number;
  readonly #workers = new Map<Worker, Opened>();
  /** In order of arrival; a Set so that leaving from the middle is cheap. */
  readonly #queue = new Set<Grant>();

  constructor({ queueMax }: { readonly queueMax: number }) {
    this.#queueMax = queueMax;
  }

  get max(): number {
    let sum = 0;
    for (const { worker } of this.#workers.values()) sum += worker.slots;
    return sum;
  }

  get busy(): number {
    let sum = 0;
    for (const { busy } of this.#workers.values()) sum += busy;
    return sum;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** A worker is ready: its slots count from now on. */
  open(worker: Worker): void {
    this.#workers.set(worker, { worker, busy: 0 });
    this.#admit();
  }

  /** A worker is gone, with its slots. */
  close(worker: Worker): void {
    this.#workers.delete(worker);
  }

  /** Calls `grant` now, or later if there is room to wait. Returns "full" when there is neither. */
  request(grant: Grant): Ticket | "granted" | "full" {
    const free = this.#leastBusy();
    if (free !== undefined) {
      grant(this.#take(free));
      return "granted";
    }
    if (this.#queue.size >= this.#queueMax) return "full";
    this.#queue.add(grant);
    return { leave: () => this.#queue.delete(grant) };
  }

  #leastBusy(): Opened | undefined {
    let best: Opened | undefined;
    for (const opened of this.#workers.values()) {
      if (opened.busy < opened.worker.slots && (best === undefined || opened.busy < best.busy)) best = opened;
    }
    return best;
  }

  #take(opened: Opened): Slot {
    opened.busy += 1;
    let held = true;
    return {
      worker: opened.worker,
      release: () => {
        if (!held) return;
        held = false;
        opened.busy -= 1;
        this.#admit();
      },
    };
  }

  #admit(): void {
    while (this.#queue.size > 0) {
      const free = this.#leastBusy();
      if (free === undefined) return;
      const [next] = this.#queue;
      if (next === undefined) return;
      this.#queue.delete(next);
      next(this.#take(free));
    }
  }
}

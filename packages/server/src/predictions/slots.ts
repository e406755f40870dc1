/**
 * Admission: the slots of all live workers, and in front of them a bounded queue, first come first served.
 * Everything happens in the caller's turn: giving a slot back admits the next waiter before `release` returns,
 * which is why a client that stays within capacity never meets a full server.
 */
import type { Worker } from "#workers";

export interface Slot {
  readonly worker: Worker;
  /** Which of its worker's, counted from 0. */
  readonly number: number;
  /** Gives the slot back; a second call does nothing. */
  release(): void;
}

/** Who wants a slot. */
export interface Waiter {
  /** It waited already, for a reload: it is never turned away for want of room. */
  readonly patient: boolean;
  start(slot: Slot): void;
  /** It has left the queue, after all the time that a request may wait. */
  waitedTooLong(limitMs: number): void;
}

/** A place in the queue. */
export interface Ticket {
  /** 1: the next to be served. */
  readonly position: number;
  leave(): void;
}

interface Opened {
  readonly worker: Worker;
  busy: number;
  /** By number: which of its slots are busy. */
  readonly taken: boolean[];
}

export class Slots {
  /** Requests that may wait. */
  queueMax: number;
  /** Called when a slot is free that nobody waits for. */
  onFree: () => void = () => undefined;
  readonly #timeoutMs: number | undefined;
  readonly #workers = new Map<Worker, Opened>();
  /** In order of arrival, each with the timer that ends its wait; a Map so that leaving from the middle is cheap. */
  readonly #queue = new Map<Waiter, NodeJS.Timeout | undefined>();

  /** @param timeoutMs how long a request may wait; undefined: as long as it likes */
  constructor({ queueMax, timeoutMs }: { readonly queueMax: number; readonly timeoutMs?: number | undefined }) {
    this.queueMax = queueMax;
    this.#timeoutMs = timeoutMs;
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

  /** Slots that nobody has or waits for. */
  get free(): number {
    return this.max - this.busy - this.waiting;
  }

  /** A worker is ready: its slots count from now on. */
  open(worker: Worker): void {
    this.#workers.set(worker, { worker, busy: 0, taken: new Array(worker.slots).fill(false) });
    this.#admit();
  }

  /** A worker is gone, with its slots. */
  close(worker: Worker): void {
    this.#workers.delete(worker);
  }

  /** Starts it now, or later if there is room to wait. Returns "full" when there is neither. */
  request(waiter: Waiter): Ticket | "granted" | "full" {
    const free = this.#leastBusy();
    if (free !== undefined) {
      waiter.start(this.#take(free));
      return "granted";
    }
    if (this.#queue.size >= this.queueMax && !waiter.patient) return "full";
    this.#queue.set(waiter, this.#limit(waiter));
    const position = (): number => [...this.#queue.keys()].indexOf(waiter) + 1;
    return {
      get position() {
        return position();
      },
      leave: () => this.#leave(waiter),
    };
  }

  #limit(waiter: Waiter): NodeJS.Timeout | undefined {
    const limitMs = this.#timeoutMs;
    if (limitMs === undefined) return undefined;
    return setTimeout(() => {
      this.#leave(waiter);
      waiter.waitedTooLong(limitMs);
    }, limitMs);
  }

  #leave(waiter: Waiter): void {
    clearTimeout(this.#queue.get(waiter));
    this.#queue.delete(waiter);
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
    const number = opened.taken.indexOf(false);
    opened.taken[number] = true;
    let held = true;
    return {
      worker: opened.worker,
      number,
      release: () => {
        if (!held) return;
        held = false;
        opened.busy -= 1;
        opened.taken[number] = false;
        this.#admit();
      },
    };
  }

  #admit(): void {
    while (this.#queue.size > 0) {
      const free = this.#leastBusy();
      if (free === undefined) return;
      const [next] = this.#queue.keys();
      if (next === undefined) return;
      this.#leave(next);
      next.start(this.#take(free));
    }
    this.onFree();
  }
}

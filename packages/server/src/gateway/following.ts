/** One prediction that clients of this gateway wait for: the events that workers tell of it, for all of them. */
import { setTimeout as delay } from "node:timers/promises";
import type { EventEntry, Queue } from "@cog/core/queue";
import { entriesOf, lastOf, lookUp, WholeOutput } from "@cog/core/queue";
import type { Follower, Reading } from "./follower.ts";

export type Watch = (entry: EventEntry) => void;

export interface FollowingOptions {
  readonly queue: Queue;
  readonly id: string;
  /** The stream of its events. */
  readonly key: string;
  readonly follower: Follower;
  /** Nobody is left who waits. @param ended whether the prediction is over */
  readonly onLeft: (following: Following, ended: boolean) => void;
}

/** After so long without an event the result is looked at: it may be there without its last event. */
const PATIENCE_MS = 3000;
/** How long it waits for the next snapshot, while items are missing. */
const SNAPSHOT_MS = 250;

export class Following {
  readonly id: string;
  readonly #options: FollowingOptions;
  readonly #watches = new Set<Watch>();
  readonly #reading: Reading;
  readonly #whole = new WholeOutput();
  #heardMs = Date.now();
  #isMending = false;
  #ended = false;

  constructor(options: FollowingOptions) {
    this.id = options.id;
    this.#options = options;
    this.#reading = options.follower.read(options.key, (entry) => this.#receive(entry));
  }

  get watchers(): number {
    return this.#watches.size;
  }

  /** Sees every event that has not been read yet: all of them, at the start. Returns the way out. */
  watch(watch: Watch): () => void {
    this.#watches.add(watch);
    return () => this.#leave(watch);
  }

  /** Sees what was told before, and then what comes. */
  watchFromStart(watch: Watch): () => void {
    // Who is behind may hold up itself, and nobody else.
    this.#reading.resume();
    const early: EventEntry[] = [];
    let take: Watch = (entry) => void early.push(entry);
    const leave = this.watch((entry) => take(entry));
    const begin = (told: readonly EventEntry[]): void => {
      const last = told.at(-1)?.at ?? "0";
      take = watch;
      for (const entry of [...told, ...early.filter(({ at }) => isLater(at, last))]) watch(entry);
    };
    const { queue, key } = this.#options;
    queue.call("XRANGE", key, "-", "+").then(
      (reply) => begin(entriesOf(reply)),
      // It sees at least what comes.
      () => begin([]),
    );
    return leave;
  }

  /** Entries stay in Redis while the only one who reads them is behind. */
  pause(): boolean {
    if (this.watchers > 1) return false;
    this.#reading.pause();
    return true;
  }

  resume(): void {
    this.#reading.resume();
  }

  /** The worker may have died between the result and the last event; or Redis may have forgotten it. */
  async check(): Promise<void> {
    if (this.#ended || Date.now() - this.#heardMs < PATIENCE_MS) return;
    this.#heardMs = Date.now();
    const last = await lastOf(this.#options.queue, this.id);
    if (last !== undefined) this.#receive({ at: LATEST, event: "completed", data: last.json });
  }

  #receive(entry: EventEntry): void {
    if (this.#ended) return;
    this.#heardMs = Date.now();
    const isLast = entry.event === "completed";
    if (isLast) this.#end();
    this.#tell(this.#whole.take(entry));
    if (isLast) this.#watches.clear();
    else if (this.#whole.isWaiting && !this.#isMending) void this.#mend();
  }

  #tell(entries: readonly EventEntry[]): void {
    for (const entry of entries) for (const watch of this.#watches) watch(entry);
  }

  async #mend(): Promise<void> {
    this.#isMending = true;
    // Who has left would be looked up for ever where Redis has forgotten the prediction.
    while (this.#whole.isWaiting && !this.#ended && this.#watches.size > 0) {
      // Redis may be away: then the end has all of it.
      const known = await lookUp(this.#options.queue, this.id).catch(() => undefined);
      if (known !== undefined && !this.#ended) this.#tell(this.#whole.fill(known.json));
      if (this.#whole.isWaiting) await delay(SNAPSHOT_MS);
    }
    this.#isMending = false;
  }

  #leave(watch: Watch): void {
    if (!this.#watches.delete(watch) || this.#ended || this.#watches.size > 0) return;
    this.#reading.stop();
    this.#options.onLeft(this, false);
  }

  #end(): void {
    this.#ended = true;
    this.#reading.stop();
    this.#options.onLeft(this, true);
  }
}

/** An id of an entry that comes after all others. */
const LATEST = `${Number.MAX_SAFE_INTEGER}-0`;

/** Ids are milliseconds and a number within them. */
function isLater(id: string, than: string): boolean {
  const [time = 0, number = 0] = id.split("-").map(Number);
  const [thanTime = 0, thanNumber = 0] = than.split("-").map(Number);
  return time > thanTime || (time === thanTime && number > thanNumber);
}

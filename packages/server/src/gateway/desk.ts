/** Takes predictions to the queue, and knows which of them clients of this gateway wait for. */
import type { EventEntry, KnownPrediction, Queue, Submission, Submitted } from "@cog/core/queue";
import { cancelJob, droppedIn, entriesOf, eventsOf, lookUp, submitJob } from "@cog/core/queue";
import type { Log } from "#log";
import type { Follower } from "./follower.ts";
import { Following } from "./following.ts";

const CHECK_MS = 1000;

export interface DeskOptions {
  readonly queue: Queue;
  readonly follower: Follower;
  readonly log: Log;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #followed = new Map<string, Following>();
  /** Made for a stream here: they are canceled when their last watcher leaves. */
  readonly #forWatchers = new Set<string>();
  readonly #checks: NodeJS.Timeout;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#checks = setInterval(() => this.#check(), CHECK_MS);
  }

  submit(submission: Submission): Promise<Submitted> {
    return submitJob(this.#options.queue, submission);
  }

  look(id: string): Promise<KnownPrediction | undefined> {
    return lookUp(this.#options.queue, id);
  }

  /** False when no such prediction is in flight. */
  cancel(id: string): Promise<boolean> {
    return cancelJob(this.#options.queue, id);
  }

  /** One that was submitted just now. @param cancelUnwatched when its last watcher leaves before its end */
  followNew(id: string, { cancelUnwatched }: { readonly cancelUnwatched: boolean }): Following {
    if (cancelUnwatched) this.#forWatchers.add(id);
    return this.#follow(id, this.#options.queue.keys.events(id));
  }

  /** One that may have told something already. */
  attach(known: KnownPrediction, onEntry: (entry: EventEntry) => void): { following: Following; leave: () => void } {
    const followed = this.#followed.get(known.id);
    if (followed !== undefined) return { following: followed, leave: followed.watchFromStart(onEntry) };
    const following = this.#follow(known.id, eventsOf(this.#options.queue, known));
    return { following, leave: following.watch(onEntry) };
  }

  /** How many of its clients wait here. */
  watchersOf(id: string): number {
    return this.#followed.get(id)?.watchers ?? 0;
  }

  /** Its events that are still kept. */
  async eventsOf(known: KnownPrediction): Promise<readonly EventEntry[]> {
    const { queue } = this.#options;
    return entriesOf(await queue.call("XRANGE", eventsOf(queue, known), "-", "+"));
  }

  /** How many are not kept any more, when some are not. */
  async droppedEventsOf(known: KnownPrediction): Promise<number> {
    const { queue } = this.#options;
    return Math.max(1, await droppedIn(queue, eventsOf(queue, known)).catch(() => 1));
  }

  close(): void {
    clearInterval(this.#checks);
  }

  #follow(id: string, key: string): Following {
    const { queue, follower } = this.#options;
    const following = new Following({
      ...{ queue, follower, id, key },
      onLeft: (left, ended) => this.#forget(left, ended),
    });
    this.#followed.set(id, following);
    return following;
  }

  #forget({ id }: Following, ended: boolean): void {
    this.#followed.delete(id);
    if (!this.#forWatchers.delete(id) || ended) return;
    this.cancel(id).catch((error: Error) => this.#options.log.warn(`${id} could not be canceled: ${error.message}`));
  }

  #check(): void {
    // A failure is Redis being away, which is told elsewhere; the next check comes soon.
    for (const following of this.#followed.values()) following.check().catch(() => undefined);
  }
}

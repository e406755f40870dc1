/**
 * Takes jobs from queues for as long as slots are free, keeps those that run ours, and looks after those that other workers
 * have lost. Never takes what it cannot start: jobs that wait, wait where every worker can have them.
 */

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@cog/core/errors";
import { version } from "@cog/core/version";
import type { HealthState, QueueWorker, SetupReport } from "@cog/core/wire";
import { LOCK_MS } from "@cog/core/wire";
import type { QueueStats } from "#metrics";
import type { EndedPrediction, Slots } from "#predictions";
import { toRawJson } from "#raw-json";
import { JobRun, type JobSurroundings, type Outcome } from "./job-run.ts";
import { groupsOf, inTurn } from "./order.ts";
import type { Backlog, Delivery, Queue } from "./queue.ts";
import { RedisQueue } from "./redis.ts";
import { RedisConnection } from "./redis-connection.ts";

const WAIT_MS = 1000;
const LOOK_FOR_LOST_MS = 10_000;
const CANCEL_POLL_MS = 100;
const ANNOUNCE_MS = 10_000;
const LOOK_AT_SELF_MS = 1000;
/** After an error that waiting does not mend. */
const PAUSE_MS = 5000;
/** Longer than that without Redis, and the server is not ready. */
const PATIENCE_MS = 15_000;
/** How long jobs may take to stop that were not finished in time. */
const UNWIND_MS = 5000;
/** How long the last words to Redis may take. */
const GOODBYE_MS = 2000;

export interface ConsumerOptions extends JobSurroundings {
  readonly slots: Slots;
  readonly health: () => HealthState;
  /** Ends the server. */
  readonly stop: (code: number) => void;
}

/** For metrics. */
interface Counts {
  claimed: number;
  dead: number;
  backlog: Backlog | undefined;
}

export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #connection: RedisConnection;
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #groups: readonly (readonly Queue[])[];
  readonly #runs = new Set<JobRun>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #lockMs: number;
  readonly #counts = new Map<string, Counts>();
  #turn = 0;
  #draining = false;
  #loop: Promise<void> | undefined;
  #taken = 0;
  #failures = 0;
  #lookForLostMs = 0;
  #wasConnected = false;
  #announced: string | undefined;
  #announcedMs = 0;
  #ring: () => void = () => undefined;

  constructor(options: ConsumerOptions) {
    const { settings, log, slots } = options;
    const { claimIdleMs, names, consumer } = settings;
    this.#options = options;
    this.#lockMs = Math.min(LOCK_MS, claimIdleMs);
    this.#connection = new RedisConnection(settings.url, log);
    const mark = `${consumer} ${randomUUID()}`;
    const shared = { consumer, mark, lockMs: this.#lockMs, connection: this.#connection, log };
    this.#queues = new Map(names.map((name) => [name, new RedisQueue({ name, ...shared })]));
    const queue = (name: string): Queue[] => [this.#queues.get(name)].filter((one) => one !== undefined);
    this.#groups = groupsOf(names).map((group) => group.flatMap(queue));
    this.#connection.onUp(() => this.#reconnected());
    slots.onFree = () => this.#ring();
  }

  /** False after so long without Redis that the server should be taken for not ready. */
  get isReachable(): boolean {
    return this.#connection.downMs < PATIENCE_MS;
  }

  /** As of the last look, at most ten seconds ago. */
  get stats(): readonly QueueStats[] {
    return [...this.#queues.keys()].map((queue) => {
      const { claimed, dead, backlog } = this.#countsOf(queue);
      const { lag, pending } = backlog ?? {};
      return { queue, claimed, dead, lag: lag ?? null, pending: pending ?? null, up: this.#connection.isUp };
    });
  }

  #countsOf(queue: string): Counts {
    const known = this.#counts.get(queue) ?? { claimed: 0, dead: 0, backlog: undefined };
    this.#counts.set(queue, known);
    return known;
  }

  start(): void {
    const { log, settings } = this.#options;
    log.info("taking predictions from Redis", { queues: settings.names.join(", "), consumer: settings.consumer });
    this.#repeat(() => this.#hold(), this.#lockMs / 3);
    this.#repeat(() => this.#lookForCancels(), CANCEL_POLL_MS);
    this.#repeat(() => this.#lookAtSelf(), LOOK_AT_SELF_MS);
    this.#loop = this.#takeJobs();
  }

  /** The model is set up, or will never be. */
  async setupEnded({
    setup,
    schemaText,
  }: {
    readonly setup: SetupReport;
    readonly schemaText: string | undefined;
  }): Promise<void> {
    const { webhooks, settings } = this.#options;
    if (settings.setupReportUrl !== undefined) {
      const { status, started_at, completed_at = null, logs = "" } = setup;
      void webhooks.post(settings.setupReportUrl, toRawJson({ status, started_at, completed_at, logs }));
    }
    const seconds = (Date.parse(setup.completed_at ?? "") - Date.parse(setup.started_at)) / 1000;
    for (const [name, queue] of this.#queues) {
      if (!Number.isNaN(seconds)) await queue.measure(`${name}-setup-time`, seconds).catch(() => undefined);
      if (schemaText !== undefined && setup.status === "succeeded")
        await queue.describe(schemaText).catch(() => undefined);
    }
  }

  /** Takes no more jobs; those that wait go back at once, those that run when `limitMs` is up. */
  async drain(limitMs: number): Promise<void> {
    this.#stopTaking();
    const inTime = new AbortController();
    const finished = this.#finished();
    const waiting = [...this.#runs].filter((run) => run.isWaiting && run.isHeld).map((run) => this.#handBack(run));
    await Promise.race([finished, delay(limitMs, undefined, { signal: inTime.signal }).catch(() => undefined)]);
    inTime.abort();
    const late = [...this.#runs].filter((run) => run.isHeld).map((run) => this.#handBack(run));
    await within(UNWIND_MS, Promise.all([...waiting, ...late, finished]));
  }

  async close(): Promise<void> {
    this.#stopTaking();
    for (const timer of this.#timers) clearInterval(timer);
    const leaving = [...this.#queues.values()].map((queue) => queue.announce(undefined));
    await within(GOODBYE_MS, Promise.allSettled(leaving));
    this.#connection.close();
  }

  /** Where Redis refuses that, another worker takes the job over when this one has been silent for long enough. */
  async #handBack(run: JobRun): Promise<void> {
    try {
      await run.handBack();
    } catch (error) {
      this.#options.log.warn(`a job could not be handed back: ${messageOf(error)}`, { prediction_id: run.holding.id });
    }
  }

  #stopTaking(): void {
    this.#draining = true;
    this.#ring();
    this.#connection.stopWaiting();
  }

  async #finished(): Promise<void> {
    // A job that comes later than that goes back as soon as it is there.
    await within(2 * WAIT_MS, this.#loop ?? Promise.resolve());
    while (this.#runs.size > 0) await this.#changed();
  }

  /** Until something rings: a slot is free, a job has ended, the server stops. */
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#ring;
      this.#ring = () => {
        this.#ring = () => undefined;
        before();
        resolve();
      };
    });
  }

  async #takeJobs(): Promise<void> {
    while (!this.#draining) {
      if (this.#free <= 0) {
        await this.#changed();
        continue;
      }
      try {
        await this.#takeSome();
      } catch (error) {
        if (this.#draining) return;
        this.#options.log.error(`the queue cannot be read: ${messageOf(error)}`);
        await delay(PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  async #takeSome(): Promise<void> {
    const all = [...this.#queues.values()];
    if (Date.now() >= this.#lookForLostMs) {
      this.#lookForLostMs = Date.now() + Math.min(LOOK_FOR_LOST_MS, this.#options.settings.claimIdleMs / 2);
      for (const queue of all) await this.#reclaim(queue);
    }
    this.#turn += 1;
    let found = 0;
    // With a single queue the wait below finds as much.
    if (all.length > 1) {
      for (const queue of inTurn(this.#groups, this.#turn).flat()) found += await this.#take(queue, 0);
    }
    const next = all[this.#turn % all.length];
    if (found === 0 && next !== undefined) await this.#take(next, WAIT_MS / all.length);
  }

  async #take(queue: Queue, waitMs: number): Promise<number> {
    const count = this.#free;
    if (count <= 0 || this.#draining) return 0;
    const deliveries = await queue.take({ count, waitMs });
    for (const delivery of deliveries) this.#begin(queue, delivery);
    return deliveries.length;
  }

  async #reclaim(queue: Queue): Promise<void> {
    const count = this.#free;
    if (count <= 0 || this.#draining) return;
    const deliveries = await queue.reclaim({ count, idleMs: this.#options.settings.claimIdleMs });
    // One that runs here, and whose heartbeat Redis did not hear, is not lost.
    const mine = new Set([...this.#runs].filter((run) => run.queue === queue).map(({ holding }) => holding.entry));
    for (const delivery of deliveries.filter(({ entry }) => !mine.has(entry))) {
      this.#countsOf(queue.keys.jobs).claimed += 1;
      this.#options.log.info("taking over a job", {
        queue: queue.keys.jobs,
        entry: delivery.entry,
        delivery: delivery.count,
      });
      this.#begin(queue, delivery);
    }
  }

  /** Slots for which jobs may be taken. */
  get #free(): number {
    const { slots, settings } = this.#options;
    const { concurrency = Number.POSITIVE_INFINITY, maxJobs = Number.POSITIVE_INFINITY } = settings;
    const open = [...this.#runs].filter((run) => !run.isTelling);
    const unplaced = open.filter((run) => !run.isPlaced);
    return Math.min(slots.free - unplaced.length, concurrency - open.length, maxJobs - this.#taken);
  }

  #begin(queue: Queue, delivery: Delivery): void {
    const run = new JobRun(queue, delivery, {
      ...this.#options,
      isDraining: () => this.#draining,
      onEnd: (status) => this.#count(status),
    });
    this.#runs.add(run);
    this.#taken += 1;
    void run
      .run()
      .catch((error: unknown): Outcome => {
        const words = messageOf(error);
        this.#options.log.error(`a job could not be told the end of: ${words}`, { prediction_id: run.holding.id });
        return "left";
      })
      .then((outcome) => this.#ended(run, outcome));
  }

  #count(status: EndedPrediction["status"]): void {
    const { settings, log, stop } = this.#options;
    this.#failures = status === "failed" ? this.#failures + 1 : 0;
    if (this.#draining || this.#failures <= (settings.maxFailures ?? Number.POSITIVE_INFINITY)) return;
    log.error(`${this.#failures} predictions in a row have failed: stopping`);
    stop(1);
  }

  #ended(run: JobRun, outcome: Outcome): void {
    const { settings, log, stop } = this.#options;
    this.#runs.delete(run);
    if (outcome === "left") this.#taken -= 1;
    if (outcome === "dead") this.#countsOf(run.queue.keys.jobs).dead += 1;
    this.#ring();
    const { maxJobs = Number.POSITIVE_INFINITY } = settings;
    if (this.#draining || this.#taken < maxJobs || this.#runs.size > 0) return;
    log.info("this worker has done its jobs: stopping", { jobs: this.#taken });
    stop(0);
  }

  async #hold(): Promise<void> {
    const held = [...this.#runs].filter((run) => run.isHeld);
    await Promise.all(
      held.map(async (run) => {
        const mine = await run.queue.hold(run.holding);
        if (!mine && run.isHeld && this.#runs.has(run)) run.lose();
      }),
    );
  }

  async #lookForCancels(): Promise<void> {
    const runs = [...this.#runs].filter((run) => run.isHeld && !run.isTelling);
    const [first] = runs;
    if (first === undefined || !this.#connection.isUp) return;
    const answers = await first.queue.exist(runs.map(({ cancelKey }) => cancelKey));
    for (const [index, run] of runs.entries()) if (answers[index] === true) run.cancel();
  }

  async #lookAtSelf(): Promise<void> {
    const { slots, health } = this.#options;
    const status = health();
    const worker: Omit<QueueWorker, "seen"> = { slots: slots.max, busy: slots.busy, version, status };
    const text = JSON.stringify(worker);
    if (!this.#connection.isUp || (text === this.#announced && Date.now() - this.#announcedMs < ANNOUNCE_MS)) return;
    this.#announced = text;
    this.#announcedMs = Date.now();
    for (const [name, queue] of this.#queues) {
      await queue.announce(worker);
      this.#countsOf(name).backlog = await queue.backlog();
    }
  }

  /** Those who run jobs say so first, before anybody takes them for lost. */
  #reconnected(): void {
    if (this.#wasConnected) this.#lookForLostMs = Date.now() + this.#lockMs / 2;
    else for (const queue of this.#queues.values()) void queue.tidy().catch(() => undefined);
    this.#wasConnected = true;
    this.#announced = undefined;
    void this.#hold().catch(() => undefined);
    // Whoever asks who serves the queue must not hear of nobody until the next look.
    void this.#lookAtSelf().catch(() => undefined);
    void this.#connection.warnOfEviction().catch(() => undefined);
  }

  /** One at a time: where Redis does not answer, they would pile up. */
  #repeat(act: () => Promise<void>, everyMs: number): void {
    let acting = false;
    const timer = setInterval(() => {
      if (acting) return;
      acting = true;
      act()
        // What is wrong with Redis is told by the connection.
        .catch(() => undefined)
        .finally(() => {
          acting = false;
        });
    }, everyMs);
    this.#timers.push(timer);
  }
}

async function within(limitMs: number, done: Promise<unknown>): Promise<void> {
  const stop = new AbortController();
  await Promise.race([done, delay(limitMs, undefined, { signal: stop.signal }).catch(() => undefined)]);
  stop.abort();
}

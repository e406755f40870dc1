/** One job that was delivered: from the look at its lock to its acknowledgement. */
import type { JsonObject } from "@cog/core/json";
import type { TraceContext, ValidationProblem } from "@cog/core/wire";
import type { InputRules } from "#files";
import { prefixProblem, urlProblems } from "#files";
import type { ModelFunction } from "#http";
import type { Log } from "#log";
import type {
  EndedPrediction,
  FailureReason,
  FeedEvent,
  LivePrediction,
  Prediction,
  Predictions,
  Subscriber,
} from "#predictions";
import { advance, hasEnded, newPrediction } from "#predictions";
import { exactInput, type RawJson, textOf, toRawJson } from "#raw-json";
import type { QueueSettings } from "#settings";
import type { Webhooks } from "#webhooks";
import { type Circumstances, lastChanges, lastReply, progressChanges, restartChanges } from "./changes.ts";
import type { Job, Reading } from "./job.ts";
import { readJob } from "./job.ts";
import { Progress } from "./progress.ts";
import type { Change, Delivery, Holding, Queue } from "./queue.ts";
import { echoingSnapshot, type Snapshot, snapshotFrom, snapshotOf } from "./reply.ts";

/** What all jobs of this server share. */
export interface JobSurroundings {
  readonly settings: QueueSettings;
  readonly model: ModelFunction;
  readonly predictions: Predictions;
  readonly webhooks: Webhooks;
  readonly uploadUrl: string | undefined;
  readonly inputRules: InputRules;
  readonly intervalMs: number;
  /** A job has ended without being a prediction of this server's. */
  readonly onUnrun: (last: EndedPrediction) => void;
  readonly log: Log;
}

export interface JobEvents {
  /** Asked once more when the lock is there. */
  readonly isDraining: () => boolean;
  /** A prediction has ended, and its slot is free; telling so may take longer. */
  readonly onEnd: (status: EndedPrediction["status"]) => void;
}

/** `left`: it is not ours to finish. */
export type Outcome = "ended" | "dead" | "left";

export class JobRun {
  readonly holding: Holding;
  readonly queue: Queue;
  /** The key whose existence cancels it. */
  readonly cancelKey: string;
  readonly #surroundings: JobSurroundings & JobEvents;
  readonly #delivery: Delivery;
  readonly #reading: Reading;
  readonly #progress: Progress;
  #live: LivePrediction | undefined;
  #locked = false;
  #telling = false;
  /** Nothing of it is told any more. */
  #left = false;

  constructor(queue: Queue, delivery: Delivery, surroundings: JobSurroundings & JobEvents) {
    const { legacyReply, resultTtlSeconds } = surroundings.settings;
    const { entry } = delivery;
    this.#reading = readJob(delivery.text, { entry, keys: queue.keys, legacyReply, resultTtlSeconds });
    const { job } = this.#reading;
    this.queue = queue;
    this.#delivery = delivery;
    this.#surroundings = surroundings;
    this.holding = { entry, id: job?.id ?? entry };
    this.cancelKey = job?.cancelKey ?? queue.keys.cancel(entry);
    this.#progress = new Progress(queue, this.holding);
  }

  /** It holds a lock that must be renewed. */
  get isHeld(): boolean {
    return this.#locked;
  }

  /** It has a slot, or a place in front of the slots. */
  get isPlaced(): boolean {
    return this.#live !== undefined;
  }

  /** It has ended, and only telling so goes on. */
  get isTelling(): boolean {
    return this.#telling;
  }

  /** It was not begun. */
  get isWaiting(): boolean {
    return !this.#telling && (this.#live === undefined || this.#live.now.status === "starting");
  }

  async run(): Promise<Outcome> {
    const beginning = await this.queue.begin({ ...this.holding, cancelKey: this.cancelKey });
    if (beginning.type === "held") return "left";
    this.#locked = true;
    try {
      if (this.#left || this.#surroundings.isDraining()) {
        await this.#handBack({ asNew: true });
        return "left";
      }
      const { job, fault } = this.#reading;
      if (job === undefined) return await this.#bury(fault.error);
      if (beginning.type === "ended") return await this.#repeatReply(job, beginning.json);
      return await this.#decide(job, beginning.canceled);
    } finally {
      this.#locked = false;
    }
  }

  /** Somebody wants it canceled. */
  cancel(): void {
    this.#live?.cancel();
  }

  /** Another worker has it now: stops without a word. */
  lose(): void {
    this.#locked = false;
    this.#surroundings.log.warn("another worker has taken this job over; stopping it here", {
      queue: this.queue.keys.jobs,
      prediction_id: this.holding.id,
    });
    this.#leave();
  }

  /** Stops it, and lets another worker have it at once. Resolves when that is known. */
  async handBack(): Promise<void> {
    const asNew = this.isWaiting;
    this.#leave();
    await this.#handBack({ asNew });
  }

  #leave(): void {
    this.#left = true;
    this.#live?.cancel();
  }

  async #handBack({ asNew }: { readonly asNew: boolean }): Promise<void> {
    this.#locked = false;
    await this.queue.handBack(this.holding, { count: this.#delivery.count, asNew });
  }

  async #decide(job: Job, canceled: boolean): Promise<Outcome> {
    const { settings } = this.#surroundings;
    const limit = job.attemptLimit ?? settings.maxDeliveries;
    const { count } = this.#delivery;
    const { fault } = this.#reading;
    if (fault?.poison === true) return this.#bury(fault.error);
    if (count > limit) {
      return this.#bury(`The job was delivered ${limit} times, and no worker has come to its end.`);
    }
    if (canceled) return this.#endUnrun(job, { status: "canceled" });
    if (fault !== undefined) return this.#endUnrun(job, { status: "failed", error: fault.error });
    if (job.deadlineMs !== undefined && job.deadlineMs < Date.now()) {
      return this.#endUnrun(job, { status: "failed", error: "expired in queue", reason: "timeout" });
    }
    const checked = this.#checkedInput(job);
    if ("error" in checked) return this.#endUnrun(job, { status: "failed", error: checked.error });
    return this.#predict(job, checked.input);
  }

  #checkedInput(job: Job): { readonly input: JsonObject } | { readonly error: string } {
    const { model, inputRules, uploadUrl } = this.#surroundings;
    const cannot = model.begin();
    if (cannot !== undefined) return { error: cannot };
    const schema = model.schema();
    let result = schema?.validate(job.input);
    if (result?.ok === false && job.oldest) result = schema?.validate(withValues(job.input, result.problems));
    if (result?.ok === false) return { error: wordsOf(result.problems) };
    const input = result?.ok === true ? result.input : job.input;
    const problems = urlProblems(input, model.fileInputs(), inputRules);
    const wrong = prefixProblem(job.outputFilePrefix, uploadUrl);
    if (wrong !== undefined) return { error: `output_file_prefix: ${wrong}` };
    return problems.length > 0 ? { error: wordsOf(problems) } : { input };
  }

  async #predict(job: Job, input: JsonObject): Promise<Outcome> {
    const { model, predictions, settings, uploadUrl } = this.#surroundings;
    for (const change of restartChanges(this.#circumstances(job))) this.#progress.add(change);
    let webhook: JobWebhook = NO_WEBHOOK;
    const ended = new Promise<EndedPrediction | undefined>((resolve) => {
      const live = predictions.submit(
        {
          id: job.id,
          target: model,
          input,
          inputText: job.oldest ? toRawJson(input) : exactInput(input, { value: job.message, text: job.text }),
          context: job.context,
          trace: job.trace,
          createdAt: job.createdAt,
          history: 0,
          uploadUrl: job.outputFilePrefix ?? uploadUrl,
          putUrls: job.putUrls,
          uploadAsForm: job.oldest,
          cancelUnwatched: false,
          // It was taken for a slot that was free; a request may have been quicker.
          patient: true,
          source: { kind: "redis", queue: this.queue.keys.jobs, waitedMs: Math.max(0, Date.now() - job.addedMs) },
        },
        (fresh) => {
          this.#live = fresh;
          webhook = this.#webhook(job, fresh.trace);
          this.#limitTime(fresh, settings.predictTimeoutMs);
          fresh.feed.subscribe(this.#teller(job, webhook.tell));
          fresh.feed.onEnd((last) => resolve(hasEnded(last) ? last : undefined));
        },
      );
      if (typeof live === "string") resolve(undefined);
    });
    const last = await ended;
    if (last === undefined) return this.#release(job);
    if (this.#left) return "left";
    this.#surroundings.onEnd(last.status);
    return this.#finish(last, { job, webhook });
  }

  /** An id that came over HTTP is in flight here: the job comes again later, and no worker has failed it. */
  async #release(job: Job): Promise<Outcome> {
    const { log } = this.#surroundings;
    log.warn("a prediction with the id of this job is running already", { prediction_id: job.id });
    await this.#handBack({ asNew: true });
    return "left";
  }

  #limitTime(live: LivePrediction, limitMs: number | undefined): void {
    if (limitMs === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    live.feed.subscribe(({ type }) => {
      if (type === "start") timer = setTimeout(() => live.expire("Prediction timed out"), limitMs);
      else if (type === "completed") clearTimeout(timer);
    });
  }

  #circumstances(job: Job): Circumstances {
    const { settings } = this.#surroundings;
    const queue = this.queue.keys.jobs;
    return { queue, job, worker: settings.consumer, attempt: this.#delivery.count, iterates: this.#iterates };
  }

  get #iterates(): boolean {
    return this.#surroundings.model.schema()?.iterates ?? false;
  }

  /** Tells of everything but the end, which `#finish` tells. */
  #teller(job: Job, tellWebhook: Subscriber): Subscriber {
    const circumstances = this.#circumstances(job);
    const { intervalMs } = this.#surroundings;
    let toldMs = Number.NEGATIVE_INFINITY;
    let previous: RawJson | undefined;
    return (event, now) => {
      if (event.type === "completed" || this.#left) return;
      const snapshotIsDue = Date.now() - toldMs >= intervalMs;
      if (snapshotIsDue) toldMs = Date.now();
      for (const change of progressChanges(event, now, { ...circumstances, snapshotIsDue, previous })) {
        this.#progress.add(change);
      }
      if (event.type === "output") previous = textOf(event.chunk);
      if (event.type !== "output" || circumstances.iterates) tellWebhook(event, now);
    };
  }

  #webhook(job: Job, trace: TraceContext | undefined): JobWebhook {
    if (job.webhook === undefined) return NO_WEBHOOK;
    const { url, filter } = job.webhook;
    let delivered: () => void = () => undefined;
    const last = new Promise<void>((resolve) => {
      delivered = resolve;
    });
    const tell = this.#surroundings.webhooks.subscriber({
      url,
      // Its end is told in any case, as in Cog 0.5.
      filter: filter === undefined ? undefined : [...filter, "completed"],
      trace: trace ?? {},
      throttled: ["output", "logs"],
      render: (prediction) => echoingSnapshot(job, snapshotOf(prediction, { iterates: this.#iterates })),
      onLast: () => delivered(),
    });
    return { tell, last };
  }

  /** Result and reply first, then the acknowledgement: a crash between them costs a second reply, never the only one. */
  async #finish(
    last: EndedPrediction,
    { job, webhook, more = [] }: { readonly job: Job; readonly webhook: JobWebhook; readonly more?: readonly Change[] },
  ): Promise<Outcome> {
    this.#telling = true;
    const acknowledge: Change = { type: "acknowledge", ...this.holding };
    const changes = [...lastChanges(last, this.#circumstances(job)), ...more];
    const { log } = this.#surroundings;
    const kept = await this.#progress.end(webhook.last === undefined ? [...changes, acknowledge] : changes);
    if (!kept) {
      log.warn("another worker has finished this job", { prediction_id: job.id });
      return "left";
    }
    if (webhook.last === undefined) return "ended";
    webhook.tell({ type: "completed" }, last);
    await webhook.last;
    await this.#progress.end([acknowledge]);
    return "ended";
  }

  /** It ends without a run. */
  async #endUnrun(
    job: Job,
    how:
      | { readonly status: "canceled" }
      | { readonly status: "failed"; readonly error: string; readonly reason?: FailureReason },
    more: readonly Change[] = [],
  ): Promise<Outcome> {
    const { id, createdAt } = job;
    const ending = { at: Date.now(), seconds: 0 };
    const input = exactInput(job.input, { value: job.message, text: job.text });
    const waiting = newPrediction({ id, input, createdAt });
    const last = advance(
      waiting,
      how.status === "canceled"
        ? { type: "canceled", ...ending }
        : { type: "failed", error: how.error, reason: how.reason ?? "validation", ...ending },
    );
    if (!hasEnded(last)) return "left";
    this.#surroundings.onUnrun(last);
    this.#surroundings.log.info(`prediction ${how.status} without being run`, { prediction_id: id });
    return this.#finish(last, { job, webhook: this.#webhook(job, job.trace), more });
  }

  async #bury(error: string): Promise<Outcome> {
    const { entry, id } = this.holding;
    const { text = "", count } = this.#delivery;
    this.#surroundings.log.error("a job was put aside", { queue: this.queue.keys.jobs, prediction_id: id, error });
    const bury: Change = { type: "bury", job: { value: text, error, deliveries: String(count), id } };
    const { job } = this.#reading;
    if (job === undefined) await this.#progress.end([bury, { type: "acknowledge", entry, id }]);
    else await this.#endUnrun(job, { status: "failed", error }, [bury]);
    return "dead";
  }

  /** Only the acknowledgement was lost, or the producer has used the id twice: the first result is its result. */
  async #repeatReply(job: Job, json: string): Promise<Outcome> {
    this.#telling = true;
    const { log, webhooks } = this.#surroundings;
    const shape = { iterates: this.#iterates };
    const snapshot: Snapshot = snapshotFrom(json, shape);
    log.info("this job has ended before; telling its result again", { prediction_id: job.id });
    if (!sameInput(json, job)) log.warn("the id was used before, for another input", { prediction_id: job.id });
    if (job.webhook !== undefined) {
      await webhooks.post(job.webhook.url, echoingSnapshot(job, snapshot), job.trace);
    }
    await this.#progress.end([...lastReply(job, snapshot, shape), { type: "acknowledge", ...this.holding }]);
    return "ended";
  }
}

interface JobWebhook {
  readonly tell: (event: FeedEvent, now: Prediction) => void;
  /** Undefined: there is none. */
  readonly last: Promise<void> | undefined;
}

const NO_WEBHOOK: JobWebhook = { tell: () => undefined, last: undefined };

function wordsOf(problems: readonly ValidationProblem[]): string {
  return problems.map(({ loc, msg }) => `${loc.slice(2).join("/") || "input"}: ${msg}`).join("\n");
}

/** Cog 0.1 and 0.2 took numbers and truth values as texts. */
function withValues(input: JsonObject, problems: readonly ValidationProblem[]): JsonObject {
  const names = new Set(problems.map(({ loc }) => loc[2]));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, names.has(name) ? valueIn(value) : value]),
  );
}

function valueIn(value: JsonObject[string]): JsonObject[string] {
  if (typeof value !== "string" || !/^(?:-?[0-9.]+(?:e[+-]?[0-9]+)?|true|false)$/i.test(value)) return value;
  try {
    return JSON.parse(value.toLowerCase());
  } catch {
    return value; // Not a number after all: the check says so.
  }
}

/** Unknown names are left out of results, so only those that are there can tell. */
function sameInput(json: string, { input }: Job): boolean {
  const result: unknown = JSON.parse(json);
  const before = isObject(result) ? result["input"] : undefined;
  if (!isObject(before)) return true;
  return Object.entries(input).every(
    ([name, value]) => !(name in before) || JSON.stringify(before[name]) === JSON.stringify(value),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * One live prediction: from admission to its end. Holds the slot, feeds worker events through `advance` in the order the
 * model produced them (also when an output waits for an upload), and publishes every step.
 */
import { messageOf } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import type { OutputWithFiles, TraceContext } from "@cog/core/wire";
import type { RawJson, RawValue } from "#raw-json";
import { arrayItems, compact, isArrayText, piecesOf, textOf, toRawJson } from "#raw-json";
import type { Running, WorkerEvent } from "#workers";
import type { Subscriber } from "./feed.ts";
import { Feed } from "./feed.ts";
import type { Observer, StepFailure } from "./observer.ts";
import type { FailureReason, Prediction, PredictionEvent } from "./prediction.ts";
import { advance, hasEnded, newPrediction, StepFailed } from "./prediction.ts";
import { renderSnapshot } from "./render.ts";
import type { Slot, Slots, Ticket, Waiter } from "./slots.ts";

/** One function of the model: who runs it, and what its schema says of the output. */
export interface Target {
  readonly method: "predict" | "train";
  readonly slots: Slots;
  /** The schema declares an array: a model that returns one item still answers with an array. */
  readonly outputIsArray: () => boolean;
}

export interface Submission {
  readonly id: string;
  readonly target: Target;
  readonly input: JsonObject;
  /** `input` as text, which answers and the worker get. */
  readonly inputText: RawJson;
  readonly context: Readonly<Record<string, string>>;
  /** Of the request, for the model. */
  readonly trace: TraceContext | undefined;
  readonly createdAt: string;
  /** Events kept for those who attach later. */
  readonly history: number;
  /** Upload output files below this URL; undefined: data URLs. */
  readonly uploadUrl: string | undefined;
  /** Upload each of them here, in order; wins. */
  readonly putUrls: readonly string[] | undefined;
  /** Uploads are forms, as producers of Cog 0.1 and 0.2 expect them. */
  readonly uploadAsForm?: boolean;
  /** Made for a stream: cancel it when its last watcher leaves. */
  readonly cancelUnwatched: boolean;
  /** It came while the model was being reloaded. */
  readonly patient: boolean;
  /** Where it came from, for those who measure; absent: by HTTP, by a way that nobody named. */
  readonly source?: Source;
}

/** How a prediction came here. */
export type Source =
  | { readonly kind: "http"; readonly method: string; readonly route: string }
  /** `waitedMs`: between its entry into the queue and its submission; never below zero. */
  | { readonly kind: "redis"; readonly queue: string; readonly waitedMs: number };

/** The files of one prediction. Implemented by `files/`. */
export interface Workspace {
  /** Local files in place of URLs, for the worker; undefined: the input needs none. */
  prepare(input: JsonObject, files: SlotFiles, signal: () => AbortSignal): Promise<JsonObject> | undefined;
  /** The value with the content or the URL of each file in its place. */
  convert(output: OutputWithFiles, signal: AbortSignal): Promise<RawValue>;
  /** Removes everything temporary. */
  dispose(): void;
}

type SlotFiles = Slot["worker"]["files"];

export interface LiveOptions {
  readonly submission: Submission;
  readonly workspace: Workspace;
  readonly observers: readonly Observer[];
  /** What goes on because of it belongs to. */
  readonly trace: TraceContext | undefined;
  readonly onLog: (live: LivePrediction, source: "stdout" | "stderr", text: string) => void;
  readonly onEnd: (live: LivePrediction) => void;
}

type Ended =
  | Extract<WorkerEvent, { type: "done" | "canceled" }>
  /** Also before the worker had it. */
  | ({ readonly type: "failed" } & StepFailure);

const NOTHING: readonly RawValue[] = [];

export class LivePrediction implements Waiter {
  readonly id: string;
  readonly feed: Feed;
  /** What goes on because of it belongs to. */
  readonly trace: TraceContext | undefined;
  /** Where it stands now. */
  now: Prediction;
  /** Streams that show it. */
  watchers = 0;
  /** While it waits for a slot. */
  ticket: Ticket | undefined;
  /** Why it ended in the queue, when no slot became free in time. */
  gaveUp: string | undefined;
  readonly #options: LiveOptions;
  /** Made when something can be aborted: most predictions have no files. */
  #abort: AbortController | undefined;
  #slot: Slot | undefined;
  #running: Running | undefined;
  #startedMs = 0;
  /** Set while an output is being converted: later events wait for it. */
  #tail: Promise<void> | undefined;
  #failure: StepFailure | undefined;

  constructor(options: LiveOptions) {
    const { id, inputText, createdAt, history } = options.submission;
    this.#options = options;
    this.id = id;
    this.trace = options.trace;
    this.feed = new Feed(history);
    this.now = newPrediction({ id, input: inputText, createdAt });
  }

  start(slot: Slot): void {
    const { submission, workspace } = this.#options;
    this.ticket = undefined;
    this.#slot = slot;
    this.#startedMs = performance.now();
    this.#advance({ type: "started", at: Date.now() });
    for (const observer of this.#options.observers) observer.started(slot.number);
    const prepared = workspace.prepare(submission.input, slot.worker.files, () => this.#signal());
    // The worker gets its frame before anybody is told: that is the shorter way to the first output.
    if (prepared === undefined) this.#run(slot, submission.inputText);
    else for (const observer of this.#options.observers) observer.preparing();
    this.feed.publish({ type: "start" }, this.now);
    prepared?.then(
      (input) => this.#run(slot, toRawJson(input)),
      (error: unknown) => this.#workerEnded({ type: "failed", ...failureOf(error) }),
    );
  }

  /** The queue that it came from, if any. */
  get queue(): string | undefined {
    const { source } = this.#options.submission;
    return source?.kind === "redis" ? source.queue : undefined;
  }

  get patient(): boolean {
    return this.#options.submission.patient;
  }

  /** It can only run there. */
  get slots(): Slots {
    return this.#options.submission.target.slots;
  }

  /** Subscribes a stream. Returns the way out. */
  watch(subscriber: Subscriber): () => void {
    const leave = this.feed.subscribe(subscriber);
    let watching = true;
    this.watchers += 1;
    return () => {
      if (!watching) return;
      watching = false;
      leave();
      this.watchers -= 1;
      if (this.watchers === 0 && this.#options.submission.cancelUnwatched) this.cancel();
    };
  }

  /** Asks for the end, wherever it stands. Repeating it changes nothing. */
  cancel(): void {
    if (this.now.cancelRequested || hasEnded(this.now)) return;
    this.#advance({ type: "cancelRequested" });
    this.#abort?.abort();
    if (this.ticket !== undefined) {
      this.ticket.leave();
      this.ticket = undefined;
      this.#end({ type: "canceled", ...this.#ending() });
      return;
    }
    this.#running?.cancel();
  }

  /** It has had all the time there is: ends as failed, with what it made so far. */
  expire(error: string): void {
    if (hasEnded(this.now)) return;
    if (this.ticket !== undefined) {
      this.refuse(error, "timeout");
      return;
    }
    this.#failure ??= { error, reason: "timeout" };
    this.#signal();
    this.#abort?.abort();
    this.#running?.cancel();
  }

  /** It never got a slot and never will. */
  refuse(error: string, reason: FailureReason): void {
    this.ticket?.leave();
    this.ticket = undefined;
    this.#end({ type: "failed", error, reason, ...this.#ending() });
  }

  waitedTooLong(limitMs: number): void {
    this.gaveUp = `At capacity - waited ${limitMs / 1000} s for a prediction slot`;
    this.refuse(this.gaveUp, "timeout");
  }

  /** The body that shows where it stands now, also in the queue. */
  snapshot(): RawValue {
    return renderSnapshot(this.now, this.ticket?.position);
  }

  /** Stops reading from the worker while the only reader of a stream is behind; false where others would suffer. */
  pause(): boolean {
    return this.#running?.pause() ?? false;
  }

  resume(): void {
    this.#running?.resume();
  }

  #run(slot: Slot, input: RawJson): void {
    if (this.now.cancelRequested || this.#failure !== undefined) {
      this.#workerEnded({ type: "canceled" });
      return;
    }
    const { id, context } = this.#options.submission;
    let { trace } = this;
    for (const observer of this.#options.observers) trace = observer.running() ?? trace;
    this.#running = slot.worker.run({ id, input, context, trace }, (event) => this.#receive(event));
  }

  #receive(event: WorkerEvent): void {
    switch (event.type) {
      case "log":
        this.#options.onLog(this, event.source, event.text);
        this.#inOrder(() => {
          this.#advance({ type: "log", source: event.source, text: event.text });
          this.feed.publish({ type: "log", source: event.source, text: event.text }, this.now);
        });
        return;
      case "metric":
        for (const observer of this.#options.observers) observer.metric(event.metric);
        this.#inOrder(() => {
          this.#advance({ type: "metric", metric: event.metric });
          this.feed.publish({ type: "metric", metric: event.metric }, this.now);
        });
        return;
      case "output":
        this.#value(event, (value) => {
          for (const observer of this.#options.observers) observer.output(value);
          this.#item(compact(value));
        });
        return;
      case "done":
      case "failed":
      case "canceled":
        this.#workerEnded(event);
        return;
    }
  }

  /** The worker is idle again: the slot goes back first, so that the next waiter is served before this answer leaves. */
  #workerEnded(event: Ended): void {
    this.#running = undefined;
    for (const observer of this.#options.observers) observer.idle(event.type === "failed" ? event : undefined);
    this.#slot?.release();
    if (event.type !== "done") {
      this.#inOrder(() => this.#end({ ...event, ...this.#ending() }));
      return;
    }
    if (event.iterated) {
      this.#inOrder(() => this.#end({ type: "done", value: undefined, ...this.#ending() }));
      return;
    }
    this.#value(event, (value) => {
      for (const observer of this.#options.observers) observer.output(value);
      for (const item of this.#itemsOf(value)) this.#item(item);
      const wrap = this.#options.submission.target.outputIsArray() && value !== "null" && !isArrayText(value);
      this.#end({ type: "done", value: wrap ? ["[", ...piecesOf(value), "]"] : value, ...this.#ending() });
    });
  }

  /** What those who follow are shown of a returned value: a list item by item, as Cog does. */
  #itemsOf(value: RawValue): readonly RawValue[] {
    if (value === "null" || !(this.feed.isFollowed || this.now.cancelRequested)) return NOTHING;
    return arrayItems(value) ?? [compact(value)];
  }

  #item(value: RawValue): void {
    const index = this.now.itemCount;
    this.#advance({ type: "output", value });
    this.feed.publish({ type: "output", chunk: value, index }, this.now);
  }

  /** Hands on a value, after its files have been embedded or uploaded (which starts at once, in parallel). */
  #value({ payload, files }: { payload: RawValue; files: boolean }, use: (value: RawValue) => void): void {
    if (!files) {
      this.#inOrder(() => use(payload));
      return;
    }
    const converted = this.#options.workspace.convert(JSON.parse(textOf(payload)), this.#signal());
    converted.catch(() => undefined); // Handled below, when its turn comes.
    this.#tail = (this.#tail ?? Promise.resolve()).then(async () => {
      try {
        use(await converted);
      } catch (error) {
        this.#fail(failureOf(error));
      }
    });
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.now.cancelRequested) this.#abort.abort();
    return this.#abort.signal;
  }

  #fail(failure: StepFailure): void {
    this.#abort?.abort(); // What else is on its way is of no use.
    if (this.#running === undefined) {
      this.#end({ type: "failed", ...failure, ...this.#ending() });
      return;
    }
    this.#failure ??= failure;
    this.#running.cancel();
  }

  #inOrder(step: () => void): void {
    if (this.#tail === undefined) step();
    else this.#tail = this.#tail.then(step);
  }

  #advance(event: PredictionEvent): void {
    this.now = advance(this.now, event);
  }

  #end(event: Extract<PredictionEvent, { at: number; seconds: number }>): void {
    if (hasEnded(this.now)) return;
    const { at, seconds } = event;
    this.#advance(this.#failure === undefined ? event : { type: "failed", ...this.#failure, at, seconds });
    if (hasEnded(this.now)) for (const observer of this.#options.observers) observer.ended(this.now);
    this.#options.onEnd(this);
    this.feed.publish({ type: "completed" }, this.now);
    // Who shows its files later has said so by now.
    this.#options.workspace.dispose();
  }

  #ending(): { at: number; seconds: number } {
    const seconds = this.#startedMs === 0 ? 0 : (performance.now() - this.#startedMs) / 1000;
    return { at: Date.now(), seconds };
  }
}

function failureOf(error: unknown): StepFailure {
  const reason = error instanceof StepFailed ? error.reason : "exception";
  return { error: messageOf(error), reason };
}

/**
 * One life of a worker: its channel, its output pipe and its guardian, from start to end. Frames go to the prediction
 * that their sequence names; whatever is not a prediction's goes to the handlers.
 */

import { readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@cog/core/errors";
import type {
  FailedPayload,
  GuardianMessage,
  HealthPayload,
  InterfacePayload,
  ReadyPayload,
  SetupFailedPayload,
} from "@cog/core/wire";
import { END_WORKER, SPILL_BYTES } from "@cog/core/wire";
import { InFlight } from "#in-flight";
import type { RawValue } from "#raw-json";
import { rawJson } from "#raw-json";
import type { WorkerEnd } from "./end.ts";
import { describeEnd } from "./end.ts";
import type { Frame, LogPart } from "./frames.ts";
import { encodeFrame, FRAME_FLAGS, FRAME_KINDS, FrameCutter, hasFlag, readLogged, readLogs } from "./frames.ts";
import { Lines } from "./lines.ts";
import type { WorkerLink } from "./link.ts";
import type { Job, Running, Worker, WorkerEvent } from "./worker.ts";

export interface WorkerHandlers {
  onReady(): void;
  onSetupFailed(error: string): void;
  /** Output that belongs to no prediction. */
  onLog(part: LogPart): void;
  onEnd(end: WorkerEnd): void;
}

export interface WorkerOptions {
  /** For payloads that are too large for the channel. */
  readonly spillFolder: string;
  /** After it the worker of a canceled prediction is ended; undefined: never. */
  readonly cancelGraceMs: number | undefined;
}

type Sink = (event: WorkerEvent) => void;

const LAST_SEQUENCE = 0xffff_ffff;
/** How long the guardian may take to say why the channel closed. */
const GUARDIAN_MS = 2000;
/** How long a channel may stay open that somebody else holds when its worker has ended. */
const HELD_CHANNEL_MS = 500;
const RETIRE_POLL_MS = 10;
/** When a worker is signaled again that has not acted on a signal. */
const AGAIN_MS = [50, 500, 2000];
/** A value of this length stays bytes. It takes several reads, so the bytes are its own and hold nothing else in memory. */
const LONG_BYTES = 128 * 1024;

export class WorkerProcess implements Worker {
  slots = 0;
  files: ReadyPayload["files"] = {};
  hasHealthcheck = false;
  /** Predictions that ended without a crash in this life. */
  finished = 0;
  readonly #link: WorkerLink;
  readonly #handlers: WorkerHandlers;
  readonly #options: WorkerOptions;
  readonly #cutter = new FrameCutter();
  readonly #rawLines = new Lines();
  readonly #running = new InFlight<number, Sink>();
  #sequence = 0;
  #pid: number | undefined;
  #outgoing: Buffer[] = [];
  #flushScheduled = false;
  #health: { answer: Promise<HealthPayload>; resolve: (health: HealthPayload) => void } | undefined;
  #inspected: ((found: InterfacePayload) => void) | undefined;
  #ended: WorkerEnd | undefined;
  /** It has ended; what it sent before is still being read. */
  #isGone = false;

  constructor(link: WorkerLink, options: WorkerOptions, handlers: WorkerHandlers) {
    this.#link = link;
    this.#handlers = handlers;
    this.#options = options;
    const use = (frame: Frame): void => this.#receive(frame);
    link.channel.on("data", (chunk: Buffer) => this.#read(chunk, use));
    link.output.on("data", (chunk: Buffer) => this.#raw(this.#rawLines.push(chunk)));
    this.#listenToGuardian();
    // A broken connection closes too; the reason comes from the guardian.
    for (const stream of [link.channel, link.control, link.output]) stream.on("error", () => undefined);
    link.channel.once("close", () => this.#lost("its channel closed"));
    // The guardian is the last to go; what it had to say has been read in this turn.
    link.control.once("close", () => setImmediate(() => this.#gone({ event: "lost", detail: "its guardian is gone" })));
    void link.spawnError?.then((error) => this.#end({ event: "lost", detail: error.message }));
  }

  /** Undefined until it has said so. */
  get pid(): number | undefined {
    return this.#pid;
  }

  run(job: Job, sink: Sink): Running {
    this.#sequence = this.#sequence === LAST_SEQUENCE ? 1 : this.#sequence + 1;
    const sequence = this.#sequence;
    this.#running.set(sequence, sink);
    const trace = job.trace === undefined ? "" : `,"trace":${JSON.stringify(job.trace)}`;
    const context = JSON.stringify(job.context);
    const payload = `{"id":${JSON.stringify(job.id)},"input":${job.input},"context":${context}${trace}}`;
    if (payload.length <= SPILL_BYTES) this.#send(encodeFrame(FRAME_KINDS.predict, sequence, payload));
    else this.#sendByFile(sequence, payload);
    return {
      cancel: () => this.#cancel(sequence),
      pause: () => this.#pause(),
      resume: () => this.#link.channel.resume(),
    };
  }

  /** Asks the class's `healthcheck`. Requests that come while one runs share its answer. */
  healthcheck(): Promise<HealthPayload> {
    if (this.#health !== undefined) return this.#health.answer;
    // Its answer would wait behind output that nobody reads.
    if (this.#link.channel.isPaused()) return Promise.resolve({ healthy: true });
    let resolve: (health: HealthPayload) => void = () => undefined;
    const answer = new Promise<HealthPayload>((done) => {
      resolve = done;
    });
    this.#health = { answer, resolve };
    this.#urgent(FRAME_KINDS.healthcheck, 0, () => this.#health?.answer === answer);
    return answer;
  }

  inspect(): Promise<InterfacePayload> {
    return new Promise((resolve) => {
      this.#inspected = resolve;
      this.#send(encodeFrame(FRAME_KINDS.inspect, 0));
    });
  }

  /** Asks it to end by itself. */
  shutdown(): void {
    if (this.#ended === undefined) this.#send(encodeFrame(FRAME_KINDS.shutdown, 0));
  }

  /** For a worker that gets no more work: what runs may finish within the grace, then it ends. Resolves when it idles. */
  async retire({ graceMs, goodbyeMs }: { readonly graceMs: number; readonly goodbyeMs: number }): Promise<void> {
    const deadline = Date.now() + graceMs;
    while (this.#running.size > 0 && this.#ended === undefined && Date.now() < deadline) await delay(RETIRE_POLL_MS);
    if (this.#running.size > 0) {
      this.#end({ event: "reloaded" });
      return;
    }
    this.shutdown();
    setTimeout(() => this.kill(), goodbyeMs).unref();
  }

  /** Ends it and all it started. */
  kill(): void {
    if (!this.#link.control.writableEnded) this.#link.control.end(END_WORKER);
    if (this.#pid === undefined && this.#ended === undefined) this.#link.endUnseen();
  }

  #cancel(sequence: number): void {
    if (!this.#running.has(sequence)) return;
    this.#link.channel.resume();
    this.#urgent(FRAME_KINDS.cancel, sequence, () => this.#running.has(sequence));
    this.#endAfterGrace(sequence);
  }

  #endAfterGrace(sequence: number): void {
    const { cancelGraceMs: graceMs } = this.#options;
    if (graceMs === undefined) return;
    setTimeout(() => {
      if (this.#running.has(sequence)) this.#end({ event: "replaced", graceMs });
    }, graceMs).unref();
  }

  /** A sync model does not read while it runs: the signal makes it look. */
  #urgent(kind: number, sequence: number, isWaiting: () => boolean): void {
    this.#send(encodeFrame(kind, sequence));
    this.#flush(() => {
      this.#signal();
      // One that comes just before Python enters a system call is looked at when that call returns: maybe never.
      for (const ms of AGAIN_MS) setTimeout(() => isWaiting() && this.#signal(), ms).unref();
    });
  }

  #signal(): void {
    if (this.#running.size === 0 || this.#pid === undefined || this.#ended !== undefined) return;
    try {
      process.kill(this.#pid, "SIGUSR1");
    } catch {
      // It has just ended; the guardian will say so.
    }
  }

  #pause(): boolean {
    if (this.slots > 1) return false;
    // What is left of it is little, and nothing waits for it to be read slowly.
    if (this.#isGone) return true;
    this.#link.channel.pause();
    return true;
  }

  #send(frame: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#outgoing.push(frame);
    if (this.slots <= 1) {
      this.#flush();
      return;
    }
    // Frames of one turn leave in one write.
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(then?: () => void): void {
    this.#flushScheduled = false;
    const [first] = this.#outgoing;
    if (first === undefined) {
      then?.();
      return;
    }
    const bytes = this.#outgoing.length === 1 ? first : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    this.#link.channel.write(bytes, then);
  }

  #sendByFile(sequence: number, payload: string): void {
    const path = join(this.#options.spillFolder, `in-${this.#pid ?? 0}-${sequence}.json`);
    try {
      writeFileSync(path, payload, { mode: 0o600 });
      this.#send(encodeFrame(FRAME_KINDS.predict, sequence, path, FRAME_FLAGS.spilled));
    } catch (error) {
      // The disk is full, say. What was written of it must not stay there.
      rmSync(path, { force: true });
      setImmediate(() => this.#notSent(sequence, `the input could not be handed to the model: ${messageOf(error)}`));
    }
  }

  #notSent(sequence: number, error: string): void {
    const sink = this.#running.get(sequence);
    this.#running.delete(sequence);
    sink?.({ type: "failed", error, reason: "internal" });
  }

  /** Nothing that a worker sends may end the server: user code can write to any descriptor, and delete any file. */
  #read(chunk: Buffer, use: (frame: Frame) => void): void {
    try {
      this.#cutter.push(chunk, use);
    } catch (error) {
      this.#end({ event: "lost", detail: `what it sent cannot be read: ${messageOf(error)}` });
    }
  }

  #receive(frame: Frame): void {
    switch (frame.kind) {
      case FRAME_KINDS.output:
      case FRAME_KINDS.done:
      case FRAME_KINDS.failed:
      case FRAME_KINDS.canceled:
        if (hasFlag(frame, "rawPending")) this.#afterRawOutput(frame);
        else this.#ofPrediction(frame);
        return;
      case FRAME_KINDS.log: {
        const sink = this.#running.get(frame.sequence);
        for (const part of readLogs(frame.body)) {
          if (sink === undefined) this.#handlers.onLog(part);
          else sink({ type: "log", ...part });
        }
        return;
      }
      case FRAME_KINDS.metric:
        this.#running.get(frame.sequence)?.({ type: "metric", metric: jsonOf(frame.body) });
        return;
      case FRAME_KINDS.ready: {
        const ready = jsonOf<ReadyPayload>(frame.body);
        this.#pid = ready.pid;
        this.slots = ready.slots;
        this.files = ready.files;
        this.hasHealthcheck = ready.healthcheck;
        afterReading(() => this.#handlers.onReady());
        return;
      }
      case FRAME_KINDS.setupFailed: {
        const { error } = jsonOf<SetupFailedPayload>(frame.body);
        afterReading(() => this.#handlers.onSetupFailed(error));
        return;
      }
      case FRAME_KINDS.health:
        this.#health?.resolve(jsonOf(frame.body));
        this.#health = undefined;
        return;
      case FRAME_KINDS.interface:
        this.#inspected?.(jsonOf(frame.body));
        this.#inspected = undefined;
        return;
    }
  }

  /** `ready` and `setupFailed` wait the same way, whatever their flags. */
  #afterRawOutput({ body, ...head }: Frame): void {
    const frame = { ...head, body: Buffer.from(body) };
    afterReading(() => this.#ofPrediction(frame));
  }

  #ofPrediction(frame: Frame): void {
    const sink = this.#running.get(frame.sequence);
    if (sink === undefined) return;
    const { logs, payload } = readLogged(frame.body);
    const ends = frame.kind !== FRAME_KINDS.output;
    if (ends && this.slots === 1) this.#raw(this.#rawLines.rest());
    for (const part of logs) sink({ type: "log", ...part });
    if (ends) {
      // The end may come in the same read as the output that made the stream pause; nobody would resume after it.
      if (this.#link.channel.isPaused()) this.#link.channel.resume();
      this.#running.delete(frame.sequence);
      this.finished += 1;
    }
    sink(eventOf(frame, payload));
  }

  /** With one slot it belongs to the running prediction; with several nobody can tell whose it is. */
  #raw(text: string): void {
    if (text === "") return;
    const part: LogPart = { source: "stdout", text };
    const [only] = this.#running.values();
    if (this.slots === 1 && only !== undefined) only({ type: "log", ...part });
    else this.#handlers.onLog(part);
  }

  #listenToGuardian(): void {
    const lines = new Lines();
    this.#link.control.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk).split("\n")) {
        if (line !== "") this.#hear(JSON.parse(line));
      }
    });
  }

  #hear(message: GuardianMessage): void {
    if (message.event === "started") {
      this.#pid = message.pid;
      return;
    }
    this.#gone(message);
  }

  /** Frames from before the end may still be unread, many of them where a slow client had the channel paused. */
  #gone(end: WorkerEnd): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const { channel } = this.#link;
    const finish = (): void => afterReading(() => this.#end(end));
    channel.resume();
    if (channel.readableEnded || channel.destroyed) {
      finish();
      return;
    }
    channel.once("close", finish);
    // A process that the model started may hold it open.
    setTimeout(finish, HELD_CHANNEL_MS).unref();
  }

  #lost(detail: string): void {
    if (this.#ended !== undefined) return;
    setTimeout(() => this.#end({ event: "lost", detail }), GUARDIAN_MS).unref();
  }

  #end(end: WorkerEnd): void {
    if (this.#ended !== undefined) return;
    this.#ended = end;
    this.#raw(this.#rawLines.rest());
    const error = `Worker crashed: ${describeEnd(end)}`;
    this.#health?.resolve({ healthy: false, error });
    this.#inspected?.({ error });
    const sinks = [...this.#running.values()];
    this.#running.clear();
    // First the slots go, so that no waiter is admitted to a dead worker.
    this.#handlers.onEnd(end);
    const reason = end.event === "killed" && end.outOfMemory ? "oom" : "worker_crash";
    for (const sink of sinks) sink({ type: "failed", error, reason });
    // Otherwise the guardian would take the end of its connection for the end of this server.
    this.kill();
    for (const stream of [this.#link.channel, this.#link.control, this.#link.output]) stream.destroy();
  }
}

/**
 * What is in the output pipe now is read before `then` is called. One turn of the event loop is not enough: it may have
 * looked at the pipe before the bytes were there, and at the channel after.
 */
function afterReading(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

function eventOf(frame: Frame, body: Buffer): WorkerEvent {
  const bytes = hasFlag(frame, "spilled") ? unspill(body.toString()) : body;
  const files = hasFlag(frame, "files");
  switch (frame.kind) {
    case FRAME_KINDS.output:
      return { type: "output", payload: payloadOf(bytes), files };
    case FRAME_KINDS.done:
      return { type: "done", payload: payloadOf(bytes), files, iterated: hasFlag(frame, "iterated") };
    case FRAME_KINDS.failed:
      return { type: "failed", reason: "exception", ...jsonOf<FailedPayload>(bytes) };
    default:
      return { type: "canceled" };
  }
}

function payloadOf(bytes: Buffer): RawValue {
  return bytes.length < LONG_BYTES ? rawJson(bytes.toString()) : [bytes];
}

function unspill(path: string): Buffer {
  const bytes = readFileSync(path);
  unlinkSync(path);
  return bytes;
}

/** The worker is ours: its payloads are what the protocol says. */
function jsonOf<Payload>(body: Buffer): Payload {
  return JSON.parse(body.toString()) as Payload;
}

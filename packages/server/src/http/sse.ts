/**
 * Server-sent events of one prediction to one client. Events of a turn leave in one write; a client that reads slower than
 * the model writes holds the model up when it is the only one to suffer, and is cut off otherwise.
 */
import type { ServerResponse } from "node:http";
import type { FeedEvent, Prediction, Replay } from "#predictions";
import { renderEvent } from "#predictions";
import type { Piece } from "#raw-json";
import { lengthOf } from "#raw-json";
import { LongWrites } from "./long-writes.ts";

/** Events a client may be behind. */
const MOST_WAITING = 1024;
/** And characters, where the model is held up rather than the client cut off. */
const HOLD_UP_CHARACTERS = 1024 * 1024;

/** Where events come from. */
export interface EventSource {
  /** Streams that show it. */
  readonly watchers: number;
  /** Holds the events up; false where others would suffer. */
  pause(): boolean;
  resume(): void;
}

export class EventStream {
  readonly #keepAliveMs: number;
  #response: ServerResponse | undefined;
  #pending = "";
  /** Events given to the socket, or waiting here, since it was last empty. */
  #waiting = 0;
  #waitingCharacters = 0;
  /** Set while an event is on its way that is not held as text: later ones go behind it. */
  #long: LongWrites | undefined;
  #flushScheduled = false;
  #closing = false;
  /** The last event is in, though nobody opened the response yet. */
  #complete = false;
  #paused: EventSource | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  /** @param keepAliveMs of silence, after which a comment shows that the connection is alive */
  constructor(keepAliveMs: number) {
    this.#keepAliveMs = keepAliveMs;
  }

  /** Starts to write. Events that came before it are the first bytes. */
  open(response: ServerResponse): void {
    this.#response = response;
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-cache",
      "X-Accel-Buffering": "no",
    });
    if (this.#pending === "") response.flushHeaders();
    response.on("drain", () => this.#drained());
    response.on("close", () => clearInterval(this.#keepAlive));
    if (this.#long !== undefined) void this.#writeLong(this.#long, response);
    if (this.#complete) {
      this.#close();
      return;
    }
    this.#keepAlive = setInterval(() => this.#push(": keep-alive\n\n"), this.#keepAliveMs);
    this.#flush();
  }

  /** Shows what a late subscriber missed; false when the stream ends with that. */
  replay(replay: Replay, now: Prediction): boolean {
    if (replay.type === "truncated") {
      this.truncated(replay.skipped);
      return false;
    }
    for (const event of replay.events) this.#push(render(event.type, renderEvent(event, now)));
    return true;
  }

  /** Ends the stream: what is left of its events would mislead. */
  truncated(skipped: number): void {
    this.#fail("SSE stream replay truncated; events were dropped", skipped);
  }

  /** @param source told to hold the model up when this is its only reader */
  send(event: FeedEvent, now: Prediction, source: EventSource): void {
    this.relay(event.type, renderEvent(event, now), source);
  }

  /** @param data JSON on one line */
  relay(event: string, data: string | readonly Piece[], source: EventSource): void {
    if (this.#complete) return;
    this.#waiting += 1;
    this.#push(render(event, data));
    if (event === "completed") this.#close();
    else if (this.#isBehind()) this.#holdUp(source);
  }

  #isBehind(): boolean {
    return this.#waiting > MOST_WAITING || this.#waitingCharacters > HOLD_UP_CHARACTERS;
  }

  #holdUp(source: EventSource): void {
    // The socket may take it all at once: only what it refuses makes a client slow.
    this.#flush();
    if (!this.#isBehind() || this.#paused !== undefined) return;
    if (source.watchers === 1 && source.pause()) this.#paused = source;
    else if (this.#waiting > MOST_WAITING) this.#fail("SSE stream lagged; events were dropped", this.#waiting);
  }

  #drained(): void {
    if (this.#long !== undefined) return;
    this.#waiting = 0;
    this.#waitingCharacters = 0;
    this.#paused?.resume();
    this.#paused = undefined;
  }

  #fail(error: string, skipped: number): void {
    this.#push(`event: error\ndata: ${JSON.stringify({ error, skipped })}\n\n`);
    this.#close();
  }

  #push(text: string | readonly Piece[]): void {
    if (this.#complete) return;
    this.#waitingCharacters += lengthOf(text);
    if (typeof text !== "string" || this.#long !== undefined) {
      this.#pushLong(typeof text === "string" ? [text] : text);
      return;
    }
    this.#pending += text;
    if (this.#flushScheduled || this.#response === undefined) return;
    this.#flushScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #pushLong(pieces: readonly Piece[]): void {
    if (this.#long === undefined) {
      this.#long = new LongWrites();
      this.#long.add([this.#pending]);
      this.#pending = "";
      if (this.#response !== undefined) void this.#writeLong(this.#long, this.#response);
    }
    this.#long.add(pieces);
  }

  async #writeLong(long: LongWrites, response: ServerResponse): Promise<void> {
    await long.writeTo(response);
    this.#long = undefined;
    this.#drained();
    this.#keepAlive?.refresh();
    if (this.#closing) response.end();
  }

  #flush(): void {
    this.#flushScheduled = false;
    const response = this.#response;
    if (response === undefined || this.#closing || this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    if (response.write(text)) this.#drained();
    this.#keepAlive?.refresh();
  }

  #close(): void {
    this.#complete = true;
    if (this.#response === undefined) return;
    this.#closing = true;
    clearInterval(this.#keepAlive);
    if (this.#long !== undefined) return; // It ends when that is written.
    this.#response.end(this.#pending);
    this.#pending = "";
  }
}

function render(event: string, data: string | readonly Piece[]): string | readonly Piece[] {
  const head = `event: ${event}\ndata: `;
  return typeof data === "string" ? `${head}${data}\n\n` : [head, ...data, "\n\n"];
}

/**
 * Reads the event streams of all predictions that somebody here waits for, over one connection: one read blocks on all of
 * them. When a stream is added, the read that is blocked is ended from the other connection, and begins again with it.
 */

import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@cog/core/errors";
import type { EventEntry } from "@cog/core/queue";
import { ENTRIES_AT_ONCE, readEntries } from "@cog/core/queue";
import type { Log } from "#log";
import type { Connection } from "./connection.ts";

/** A read ends after so long by itself. */
const BLOCK_MS = 5000;
/** Until the next attempt to end a read that Redis has not begun yet. */
const UNBLOCK_AGAIN_MS = 1;
const AFTER_FAILURE_MS = 200;
/** A read of many streams costs Redis and us a while: then events gather for a moment before the next. */
const STREAMS_PER_MS = 50;
const LONGEST_GATHER_MS = 20;

export interface FollowerOptions {
  /** Nothing else is sent over it. */
  readonly reader: Connection;
  readonly commands: Connection;
  readonly log: Log;
}

/** One stream that is read. */
export interface Reading {
  /** Entries wait in Redis until it goes on. */
  pause(): void;
  resume(): void;
  stop(): void;
}

interface Stream {
  readonly key: string;
  readonly onEntry: (entry: EventEntry) => void;
  last: string;
  paused: boolean;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #streams = new Map<string, Stream>();
  /** Counts reads, so that the end of one is not meant for the next. */
  #reads = 0;
  #isReading = false;
  #isUnblocking = false;
  /** Counts changes of what is to be read, and which of them the read at work has seen. */
  #changes = 0;
  #seen = 0;
  #failure = "";
  #begin: (() => void) | undefined;
  #closed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    void this.#run();
  }

  /** Tells all entries of the stream, from the first that is kept. */
  read(key: string, onEntry: (entry: EventEntry) => void): Reading {
    const stream: Stream = { key, onEntry, last: "0", paused: false };
    this.#streams.set(key, stream);
    this.#wake();
    return {
      pause: () => {
        stream.paused = true;
      },
      resume: () => {
        if (!stream.paused) return;
        stream.paused = false;
        this.#wake();
      },
      stop: () => {
        if (this.#streams.get(key) === stream) this.#streams.delete(key);
      },
    };
  }

  close(): void {
    this.#closed = true;
    this.#begin?.();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const streams = [...this.#streams.values()].filter(({ paused }) => !paused);
      if (streams.length === 0) {
        await new Promise<void>((resolve) => {
          this.#begin = resolve;
        });
        this.#begin = undefined;
        continue;
      }
      try {
        await this.#readOnce(streams);
        if (this.#gatherMs > 0) await delay(this.#gatherMs);
      } catch (error) {
        if (this.#closed) return;
        this.#tellOf(error as Error);
        await this.#options.reader.ready();
        await delay(AFTER_FAILURE_MS);
      }
    }
  }

  async #readOnce(streams: readonly Stream[]): Promise<void> {
    const { reader } = this.#options;
    const asked = new Set(streams);
    const names = streams.map(({ key }) => key);
    const places = streams.map(({ last }) => last);
    this.#reads += 1;
    this.#seen = this.#changes;
    this.#isReading = true;
    try {
      const reply = await reader.call(
        ...["XREAD", "COUNT", ENTRIES_AT_ONCE, "BLOCK", BLOCK_MS, "STREAMS", ...names, ...places],
      );
      this.#isReading = false;
      this.#failure = "";
      for (const [key, entries] of readEntries(reply)) {
        const stream = this.#streams.get(key);
        if (stream === undefined || !asked.has(stream)) continue;
        for (const entry of entries) {
          stream.last = entry.at;
          stream.onEntry(entry);
        }
      }
    } finally {
      this.#isReading = false;
    }
  }

  get #gatherMs(): number {
    return Math.min(LONGEST_GATHER_MS, Math.floor(this.#streams.size / STREAMS_PER_MS));
  }

  #wake(): void {
    this.#changes += 1;
    if (this.#begin !== undefined) this.#begin();
    else this.#endRead();
  }

  #endRead(): void {
    if (this.#isReading && !this.#isUnblocking) void this.#unblock();
  }

  /** Redis may not have begun the read: then there is nothing to end yet. */
  async #unblock(): Promise<void> {
    const { reader, commands } = this.#options;
    this.#isUnblocking = true;
    try {
      if (this.#gatherMs > 0) await delay(this.#gatherMs);
      const read = this.#reads;
      while (this.#seen !== this.#changes && this.#isReading && this.#reads === read && !this.#closed) {
        const done = reader.id === undefined ? 0 : await commands.call("CLIENT", "UNBLOCK", reader.id);
        if (done === 1) return;
        await delay(UNBLOCK_AGAIN_MS);
      }
    } catch (error) {
      // The read ends by itself before long.
      this.#options.log.debug(`a read could not be ended: ${messageOf(error)}`);
    } finally {
      this.#isUnblocking = false;
      // The one that was ended may have been the one before it.
      if (this.#seen !== this.#changes) this.#endRead();
    }
  }

  /** Once, however often it is tried. */
  #tellOf({ message }: Error): void {
    if (message !== this.#failure) this.#options.log.warn(`Events cannot be read: ${message}`);
    this.#failure = message;
  }
}

/**
 * Waits for edits of a project's sources. The platform tells of changes, folder by folder, so that what is ignored costs
 * nothing; only where it cannot (its watches are used up) the files are looked at twice a second.
 */
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";
import { changedSources, isCode, readSources, type Sources } from "#project";
import type { Reporter } from "#report";

/** An editor writes a file in several steps, and several files in a row. */
const QUIET_MS = 40;
const POLL_MS = 500;

export interface WatchOptions {
  readonly directory: string;
  /** Paths that count at any time, like code. */
  readonly always: readonly string[];
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

export class SourceWatcher {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #sources: Sources;
  #timer: NodeJS.Timeout | undefined;
  #polling: NodeJS.Timeout | undefined;
  #changed: readonly string[] = [];
  #onlyCode = false;
  #wake: (() => void)[] = [];

  static async start(options: WatchOptions): Promise<SourceWatcher> {
    return new SourceWatcher(options, await readSources(options.directory));
  }

  private constructor(options: WatchOptions, sources: Sources) {
    this.#options = options;
    this.#sources = sources;
    this.#follow();
    options.signal.addEventListener("abort", () => this.#wakeAll(), { once: true });
  }

  /** Resolves as soon as something has changed that `next` was not told yet; rejects when aborted. */
  async coming(): Promise<void> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    if (this.#changed.length > 0) return;
    await new Promise<void>((resolve) => this.#wake.push(resolve));
    signal.throwIfAborted();
  }

  /** The paths that changed since the last call, as soon as there are any. */
  async next(): Promise<readonly string[]> {
    await this.coming();
    const changed = this.#changed;
    this.#changed = [];
    return changed;
  }

  /** While the model works, only code is watched: the texts that change then are more likely its own. */
  async working<T>(work: () => Promise<T>): Promise<T> {
    this.#onlyCode = true;
    try {
      return await work();
    } finally {
      await this.#look();
      this.#onlyCode = false;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#polling);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** A watch for every folder there is now, and none for those that are gone. */
  #follow(): void {
    const now = new Set(this.#sources.folders);
    for (const [folder, watcher] of this.#watchers) {
      if (now.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of now) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  #watch(folder: string): void {
    if (this.#polling !== undefined) return;
    try {
      const watcher = watch(join(this.#options.directory, folder), () => this.#stir());
      watcher.on("error", () => this.#poll());
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // Gone between the look and the watch: its parent tells.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      this.#poll();
    }
  }

  #poll(): void {
    if (this.#polling !== undefined) return;
    this.#options.report.warn("This system cannot watch so many folders: looking at the files twice a second instead.");
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#polling = setInterval(() => void this.#look(), POLL_MS);
  }

  /** Something happened somewhere; whether it counts is seen when it is quiet again. */
  #stir(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), QUIET_MS);
  }

  async #look(): Promise<void> {
    const now = await readSources(this.#options.directory);
    const changed = changedSources(this.#sources.stamps, now.stamps).filter(
      (path) => !this.#onlyCode || isCode(path) || this.#options.always.includes(path),
    );
    this.#sources = now;
    this.#follow();
    if (changed.length === 0) return;
    this.#changed = [...new Set([...this.#changed, ...changed])];
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/**
 * What is remembered from one push to the next, in files that may go at any time: what a layer was compressed to, and
 * which repository was seen to have a blob. It orders the work; what is true, the registry says.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Compressed } from "./compression.ts";

type Layers = Record<string, Compressed>;
/** Host, digest, repository: when. */
type Seen = Record<string, Record<string, Record<string, number>>>;

const DAY_MS = 24 * 60 * 60 * 1000;

export class PushMemory {
  readonly #layersFile: string;
  readonly #seenFile: string;
  #layers: Layers;
  #seen: Seen;

  /** @param directory made when there is something to remember */
  constructor(directory: string) {
    this.#layersFile = join(directory, "layers.json");
    this.#seenFile = join(directory, "seen.json");
    this.#layers = read(this.#layersFile) as Layers;
    this.#seen = read(this.#seenFile) as Seen;
  }

  compressed(diffId: string, compression: string): Compressed | undefined {
    return this.#layers[`${compression} ${diffId}`];
  }

  rememberCompressed(diffId: string, compression: string, compressed: Compressed): void {
    this.#layers = { ...(read(this.#layersFile) as Layers), [`${compression} ${diffId}`]: compressed };
    write(this.#layersFile, this.#layers);
  }

  /** Repositories of a registry that had the blob within a day, this one not among them. */
  repositoriesWith(host: string, digest: string, except: string, now: number = Date.now()): string[] {
    return Object.entries(this.#seen[host]?.[digest] ?? {})
      .filter(([repository, at]) => repository !== except && now - at < DAY_MS)
      .sort(([, a], [, b]) => b - a)
      .map(([repository]) => repository);
  }

  rememberSeen(host: string, repository: string, digests: readonly string[], now: number = Date.now()): void {
    const seen = recent(read(this.#seenFile) as Seen, now);
    const there = { ...seen[host] };
    for (const digest of digests) there[digest] = { ...there[digest], [repository]: now };
    this.#seen = { ...seen, [host]: there };
    write(this.#seenFile, this.#seen);
  }
}

function recent(seen: Seen, now: number): Seen {
  const mapped = <A, B>(record: Record<string, A>, act: (value: A) => B) =>
    Object.fromEntries(Object.entries(record).map(([key, value]): [string, B] => [key, act(value)]));
  const some = <A>(record: Record<string, A>, keep: (value: A) => boolean) =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => keep(value)));
  return mapped(seen, (digests) =>
    some(
      mapped(digests, (repositories) => some(repositories, (at) => now - at < DAY_MS)),
      (repositories) => Object.keys(repositories).length > 0,
    ),
  );
}

/** Empty where there is none, or none that can be read. */
function read(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** All of it or nothing. A memory that cannot be kept is none, and no failure. */
function write(file: string, value: unknown): void {
  const scratch = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(scratch, JSON.stringify(value));
    renameSync(scratch, file);
  } catch {
    rmSync(scratch, { force: true });
  }
}

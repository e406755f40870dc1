/**
 * The files of all weights of all projects on this machine, each once, by what it holds: `files/sha256/ab/abcd…`. A file is
 * there whole or not at all, whoever else writes it and whatever ends us.
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CogError } from "@cog/core/errors";

export interface StoredFile {
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

export interface HeldFile extends StoredFile {
  /** Milliseconds since the epoch. */
  readonly usedAt: number;
}

/** What it must turn out to be. */
export type Expected = Partial<StoredFile> & { readonly what: string };

const SCRATCH = "put-";
const PART = "part-";
/** Whoever still writes does so every few seconds. */
const ABANDONED_MS = 60 * 60 * 1000;
/** Those who come back to it do so within a day. */
const ABANDONED_PART_MS = 24 * 60 * 60 * 1000;

export class WeightStore {
  readonly #directory: string;

  /** @param cacheDirectory the store is its folder `weights` */
  constructor(cacheDirectory: string) {
    this.#directory = join(cacheDirectory, "weights");
  }

  pathOf(digest: string): string {
    const hex = digest.replace(/^sha256:/, "");
    return join(this.#directory, "files", "sha256", hex.slice(0, 2), hex);
  }

  /** Where a large one is until all of it is there. */
  partOf(digest: string): string {
    const path = this.pathOf(digest);
    return join(dirname(path), `${PART}${basename(path)}`);
  }

  /** A file of another size was cut off by a full disk, or by hand; it does not count. */
  async has({ digest, size }: StoredFile): Promise<boolean> {
    const found = await stat(this.pathOf(digest)).catch(() => undefined);
    return found?.isFile() === true && found.size === size;
  }

  async missing<F extends StoredFile>(files: readonly F[]): Promise<readonly F[]> {
    const here = await Promise.all(files.map((file) => this.has(file)));
    return files.filter((_, index) => here[index] === false);
  }

  /**
   * Reads the content to its end, and keeps it.
   * @throws CogError when it is not what it should be; then nothing is kept
   */
  async put(content: AsyncIterable<Uint8Array>, expected: Expected): Promise<StoredFile> {
    const { digest, size } = expected;
    const folder = digest === undefined ? join(this.#directory, "files", "sha256") : join(this.pathOf(digest), "..");
    await mkdir(folder, { recursive: true });
    const scratch = join(folder, `${SCRATCH}${randomUUID()}`);
    try {
      const found = await this.#write(scratch, content, expected);
      if ((digest ?? found.digest) !== found.digest || (size ?? found.size) !== found.size)
        throw mismatch(expected, found);
      const path = this.pathOf(found.digest);
      await mkdir(join(path, ".."), { recursive: true });
      await rename(scratch, path);
      return found;
    } finally {
      await rm(scratch, { force: true });
    }
  }

  async #write(path: string, content: AsyncIterable<Uint8Array>, { size: limit, what }: Expected): Promise<StoredFile> {
    const hash = createHash("sha256");
    let size = 0;
    // Nobody writes into the store: what is linked from it is shared by all who have it.
    const file = await open(path, "wx", 0o444);
    try {
      for await (const bytes of content) {
        size += bytes.length;
        if (limit !== undefined && size > limit)
          throw new CogError("weights.corrupt", `${what} is larger than ${limit} bytes`, { hint: CHANGED });
        hash.update(bytes);
        await file.write(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return { digest: `sha256:${hash.digest("hex")}`, size };
  }

  /** All files that are there. */
  async held(): Promise<readonly HeldFile[]> {
    const files: HeldFile[] = [];
    for (const { path, name } of await this.#entries()) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue;
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() === true)
        files.push({ digest: `sha256:${name}`, size: found.size, usedAt: Math.max(found.atimeMs, found.mtimeMs) });
    }
    return files;
  }

  /** What it was linked to elsewhere stays there. */
  async remove(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  /** Takes away what somebody who was killed left half written. */
  async sweep(): Promise<void> {
    for (const { path, name } of await this.#entries()) {
      const limitMs = name.startsWith(SCRATCH) ? ABANDONED_MS : name.startsWith(PART) ? ABANDONED_PART_MS : undefined;
      if (limitMs === undefined) continue;
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > limitMs) await rm(path, { recursive: true, force: true });
    }
  }

  /** Of its folders. */
  async #entries(): Promise<readonly { readonly path: string; readonly name: string }[]> {
    const root = join(this.#directory, "files", "sha256");
    const folders = await readdir(root).catch(() => []);
    const found: { path: string; name: string }[] = [];
    for (const folder of [root, ...folders.filter((name) => name.length === 2).map((name) => join(root, name))])
      for (const name of await readdir(folder).catch(() => [])) found.push({ path: join(folder, name), name });
    return found;
  }

  /** Whether `A` and `a` are one file where the store is: then two paths of a weight may be, too. */
  async ignoresCase(): Promise<boolean> {
    await mkdir(join(this.#directory, "files"), { recursive: true });
    return existsSync(join(this.#directory, "FILES"));
  }
}

const CHANGED = "It may have changed meanwhile. Run the command again.";

function mismatch({ what, digest, size }: Expected, found: StoredFile): CogError {
  const why =
    size !== undefined && size !== found.size
      ? `has ${found.size} bytes instead of ${size}`
      : `has the digest ${found.digest} instead of ${digest}`;
  return new CogError("weights.corrupt", `${what} ${why}`, { hint: CHANGED });
}

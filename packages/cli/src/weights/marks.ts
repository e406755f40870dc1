/** What is written into the target of a weight for whoever waits for it, each mark as a whole. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { WEIGHT_MARKERS } from "@cog/core/wire";

type Mark = "downloading" | "failed" | "ready";

/** Beside the marks: which files were put there, so that those of an older weight can be taken away. */
const PLACED = "files";
const SCRATCH = /^scratch-/;

export class Marks {
  readonly #folder: string;

  constructor(target: string) {
    this.#folder = join(target, WEIGHT_MARKERS.folder);
  }

  /** The folder of the marks, for what is not whole yet: it is on the file system of the target. */
  get folder(): string {
    return this.#folder;
  }

  /** The set digest of what is there whole; undefined where nothing is, or somebody else marked it. */
  async readySet(): Promise<string | undefined> {
    return (await this.#read("ready"))?.trim();
  }

  scratchPath(): string {
    return join(this.#folder, `scratch-${randomUUID()}`);
  }

  async begin(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await this.#sweep();
    await this.#write("downloading", "");
    for (const old of ["ready", "failed"] as const) await this.#remove(old);
  }

  async finish(setDigest: string): Promise<void> {
    await this.#write("ready", setDigest);
    await this.#remove("downloading");
  }

  async fail(reason: string): Promise<void> {
    await this.#write("failed", reason);
    await this.#remove("downloading");
  }

  async placed(): Promise<readonly string[]> {
    return ((await this.#read(PLACED)) ?? "").split("\n").filter((path) => path !== "");
  }

  async setPlaced(paths: Iterable<string>): Promise<void> {
    await this.#write(PLACED, [...paths].join("\n"));
  }

  async #read(name: Mark | typeof PLACED): Promise<string | undefined> {
    return await readFile(join(this.#folder, name), "utf8").catch(() => undefined);
  }

  async #write(name: Mark | typeof PLACED, text: string): Promise<void> {
    const scratch = this.scratchPath();
    const file = await open(scratch, "wx", 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(scratch, join(this.#folder, name));
  }

  /** What somebody who was killed had not finished. */
  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#folder))
      if (SCRATCH.test(name)) await rm(join(this.#folder, name), { force: true });
  }

  async #remove(name: Mark): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }
}

/**
 * What is in big files, which are read once: while size and time stay, so does the digest. Not the time of the file's own
 * record, which a build changes when it links to it.
 */
import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeAtomically } from "#project";

interface Known {
  readonly stamp: string;
  readonly digest: string;
}

export class FileDigests {
  readonly #file: string;
  readonly #before: Readonly<Record<string, Known>>;
  readonly #now: Record<string, Known> = {};

  /** @param stateDirectory the project's `.cog` */
  constructor(stateDirectory: string) {
    this.#file = join(stateDirectory, "file-digests.json");
    this.#before = read(this.#file);
  }

  async of(path: string): Promise<string> {
    const { size, mode, mtimeMs, ino } = lstatSync(path);
    const stamp = [size, mode, mtimeMs, ino].join(" ");
    const known = this.#before[path];
    const digest = known?.stamp === stamp ? known.digest : await digestOf(path);
    this.#now[path] = { stamp, digest };
    return digest;
  }

  /** Of files that were not asked for nothing is kept. */
  save(): void {
    const text = JSON.stringify(this.#now);
    if (text !== JSON.stringify(this.#before)) writeAtomically(this.#file, text);
  }
}

async function digestOf(path: string): Promise<string> {
  const found = lstatSync(path);
  const hash = createHash("sha256");
  if (found.isSymbolicLink()) return hash.update(`link to ${readlinkSync(path)}`).digest("hex");
  if ((found.mode & 0o111) !== 0) hash.update("executable\0");
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest("hex");
}

function read(file: string): Readonly<Record<string, Known>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, Known>) : {};
  } catch {
    // The first time, or a file that was cut off: what is in it can be found out again.
    return {};
  }
}

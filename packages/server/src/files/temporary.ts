/** The private temporary root of this process, and a folder in it for each prediction that needs one. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class TemporaryRoot {
  readonly path: string;
  #folders = 0;

  /** @param given a root that somebody already made for us */
  constructor(given: string | undefined) {
    this.path = given ?? mkdtempSync(join(tmpdir(), "cog-"));
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  /** Ids of clients are never part of a path. */
  newFolder(): string {
    this.#folders += 1;
    const folder = join(this.path, `p${process.pid}-${this.#folders}`);
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  removeSync(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Best effort: a file that stays goes with the root. */
export function removeLater(paths: Iterable<string>): void {
  for (const path of paths) rm(path, { recursive: true, force: true }).catch(() => undefined);
}

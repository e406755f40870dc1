/**
 * Changes to files before any is written: every fix sees what the ones before it did. `commit` writes all of them, each in
 * one move, or none.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { messageOf, UserError } from "@cog/core/errors";

export interface Change {
  readonly path: string;
  /** Undefined: there was no such file. */
  readonly before: string | undefined;
  /** Undefined: there shall be none. */
  readonly after: string | undefined;
}

export class Draft {
  readonly #before = new Map<string, string | undefined>();
  readonly #after = new Map<string, string | undefined>();

  /** Undefined when there is no such file, or it is no UTF-8 text: nothing that could be written back unharmed. */
  read(path: string): string | undefined {
    if (this.#after.has(path)) return this.#after.get(path);
    if (!this.#before.has(path)) this.#before.set(path, textOf(path));
    return this.#before.get(path);
  }

  exists(path: string): boolean {
    return this.#after.has(path) ? this.#after.get(path) !== undefined : existsSync(path);
  }

  write(path: string, text: string): void {
    this.read(path);
    this.#after.set(path, text);
  }

  remove(path: string): void {
    this.read(path);
    this.#after.set(path, undefined);
  }

  get changes(): readonly Change[] {
    return [...this.#after]
      .map(([path, after]) => ({ path, before: this.#before.get(path), after }))
      .filter(({ before, after }) => before !== after);
  }

  /** @throws UserError when a file cannot be written, or is not any more what was read; then nothing has changed */
  commit(): void {
    const { changes } = this;
    for (const { path, before } of changes) {
      if (textOf(path) !== before) throw new UserError("doctor.changed", `${path} was changed meanwhile; run again`);
    }
    const ready = changes.filter(({ after }) => after !== undefined);
    const done: Change[] = [];
    try {
      for (const { path, after = "" } of ready) stage(path, after, changes);
      for (const change of ready) {
        done.push(change);
        renameSync(scratchOf(change.path), targetOf(change.path));
      }
      for (const change of changes.filter(({ after }) => after === undefined)) {
        done.push(change);
        rmSync(change.path);
      }
    } catch (error) {
      for (const change of done) restore(change);
      for (const { path } of ready) discard(scratchOf(path));
      const reason = messageOf(error);
      throw new UserError("doctor.not_written", `Nothing was changed: ${reason}`, { cause: error });
    }
  }
}

/** A link is followed: the file it names is replaced, the link stays. */
function targetOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

function scratchOf(path: string): string {
  return `${targetOf(path)}.${process.pid}.new`;
}

/** A file that takes the place of a removed one has its rights too. */
function stage(path: string, text: string, changes: readonly Change[]): void {
  const scratch = scratchOf(path);
  mkdirSync(dirname(scratch), { recursive: true });
  writeFileSync(scratch, text);
  const removed = changes.find(({ after }) => after === undefined)?.path;
  const model = existsSync(path) ? path : removed;
  if (model !== undefined && existsSync(model)) chmodSync(scratch, statSync(model).mode & 0o777);
}

function discard(scratch: string): void {
  try {
    rmSync(scratch, { force: true });
  } catch {
    // Something else by that name, which is why we are here.
  }
}

function restore({ path, before }: Change): void {
  if (before === undefined) rmSync(path, { force: true });
  else writeFileSync(path, before);
}

function textOf(path: string): string | undefined {
  if (!existsSync(path) || !statSync(path).isFile()) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch {
    return undefined; // no UTF-8
  }
}

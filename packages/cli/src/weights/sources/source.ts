/** Where the files of a weight come from. One file for each kind of URI, and its line in `open.ts`. */
import type { StoredFile, WeightStore } from "../store.ts";

export interface Source {
  /** As weights.lock has it. */
  readonly uri: string;
  /** What it holds now, told without reading it all; undefined where only its content can tell. */
  fingerprint(context: SourceContext): Promise<string | undefined>;
  /** All about the files that are wanted. Content that had to be read for it is in the store afterwards. */
  inventory(wanted: (path: string) => boolean, context: SourceContext): Promise<Inventory>;
}

export interface Inventory {
  readonly fingerprint: string;
  /** By path. */
  readonly files: readonly SourceFile[];
}

export interface SourceFile extends StoredFile {
  readonly path: string;
  /** Its content, while it is not in the store. */
  open(context: SourceContext): AsyncIterable<Uint8Array>;
}

export interface SourceContext {
  readonly store: WeightStore;
  readonly signal: AbortSignal;
}

/** The files of one prediction, from its first download to the removal of what is left. */
import type { JsonObject } from "@cog/core/json";
import type { OutputWithFiles } from "@cog/core/wire";
import { Gate } from "#lanes";
import type { RawValue } from "#raw-json";
import { FileText } from "./file-text.ts";
import type { FileInputs } from "./inputs.ts";
import { needsFiles, prepareFiles } from "./inputs.ts";
import { withFiles } from "./outputs.ts";
import type { Store, StoreOptions } from "./stores.ts";
import { openStore } from "./stores.ts";
import type { TemporaryRoot } from "./temporary.ts";
import { removeLater } from "./temporary.ts";

export interface WorkspaceOptions extends StoreOptions {
  readonly temporary: TemporaryRoot;
  readonly downloads: DownloadOptions;
}

type DownloadOptions = Omit<Parameters<typeof prepareFiles>[2], "folder" | "signal" | "trace" | "onTransfer">;

/** Of one prediction: a model may return thousands, and each takes a connection. */
const FILES_AT_ONCE = 32;

export class FileWorkspace {
  readonly #options: WorkspaceOptions;
  // Made when needed: most predictions have no files.
  #leftovers: Set<string> | undefined;
  /** Read when they are sent: removed when the last has been. */
  #texts: FileText[] | undefined;
  #disposed = false;
  #store: Store | undefined;
  #gate: Gate | undefined;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  prepare(input: JsonObject, files: FileInputs, signal: () => AbortSignal): Promise<JsonObject> | undefined {
    return needsFiles(input, files, this.#options.downloads.limits) ? this.#prepare(input, files, signal()) : undefined;
  }

  async #prepare(input: JsonObject, files: FileInputs, signal: AbortSignal): Promise<JsonObject> {
    const { temporary, downloads, trace, onTransfer } = this.#options;
    const folder = temporary.newFolder();
    this.#remove(folder);
    return prepareFiles(input, files, { ...downloads, folder, signal, trace, onTransfer });
  }

  async convert(output: OutputWithFiles, signal: AbortSignal): Promise<RawValue> {
    this.#store ??= openStore(this.#options);
    this.#gate ??= new Gate(FILES_AT_ONCE);
    const store = this.#store;
    const gate = this.#gate;
    for (const { temporary, path } of output.files) if (temporary) this.#remove(path);
    const pieces = await Promise.all(output.files.map((file) => gate.run(() => store(file, signal))));
    for (const piece of pieces) if (piece instanceof FileText) this.#own(piece);
    return withFiles(output, pieces);
  }

  dispose(): void {
    this.#disposed = true;
    removeLater(this.#leftovers ?? []);
    for (const text of this.#texts ?? []) text.release();
    this.#leftovers = this.#texts = undefined;
  }

  #remove(path: string): void {
    this.#leftovers ??= new Set();
    this.#leftovers.add(path);
  }

  #own(text: FileText): void {
    this.#leftovers?.delete(text.path);
    this.#texts ??= [];
    if (this.#disposed) text.release();
    else this.#texts.push(text);
  }
}

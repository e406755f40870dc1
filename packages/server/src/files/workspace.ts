/** The files of one prediction, from its first download to the removal of what is left. */
import type { JsonObject } from "@cog/core/json";
import type { OutputWithFiles } from "@cog/core/wire";
import type { RawValue } from "#raw-json";
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

export class FileWorkspace {
  readonly #options: WorkspaceOptions;
  // Made when needed: most predictions have no files.
  #leftovers: string[] | undefined;
  #store: Store | undefined;

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
    const store = this.#store;
    for (const { temporary, path } of output.files) if (temporary) this.#remove(path);
    return withFiles(output, await Promise.all(output.files.map((file) => store(file, signal))));
  }

  dispose(): void {
    if (this.#leftovers !== undefined) removeLater(this.#leftovers.splice(0));
  }

  #remove(path: string): void {
    this.#leftovers ??= [];
    this.#leftovers.push(path);
  }
}

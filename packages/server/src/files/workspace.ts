/** The files of one prediction, from its first download to the removal of what is left. */
import type { JsonObject } from "@cog/core/json";
import type { OutputWithFiles, TraceContext } from "@cog/core/wire";
import type { Fetch } from "#outgoing";
import type { RawValue } from "#raw-json";
import type { FileInputs } from "./inputs.ts";
import { needsFiles, prepareFiles } from "./inputs.ts";
import { UniqueNames } from "./names.ts";
import { embedFile, uploadFile, withFiles } from "./outputs.ts";
import type { TemporaryRoot } from "./temporary.ts";
import { removeLater } from "./temporary.ts";
import type { OnTransfer } from "./transfer.ts";
import { measured } from "./transfer.ts";

export interface WorkspaceOptions {
  readonly predictionId: string;
  /** Undefined: output files become data URLs. */
  readonly uploadUrl: string | undefined;
  readonly temporary: TemporaryRoot;
  readonly fetch: Fetch;
  readonly uploadTimeoutMs: number;
  readonly downloads: DownloadOptions;
  /** What its transfers belong to. */
  readonly trace: TraceContext | undefined;
  readonly onTransfer: readonly OnTransfer[];
}

type DownloadOptions = Omit<Parameters<typeof prepareFiles>[2], "folder" | "signal" | "trace" | "onTransfer">;

export class FileWorkspace {
  readonly #options: WorkspaceOptions;
  // Made when needed: most predictions have no files.
  #leftovers: string[] | undefined;
  #names: UniqueNames | undefined;

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
    const { uploadUrl: prefix, predictionId, fetch, uploadTimeoutMs: timeoutMs, trace, onTransfer } = this.#options;
    const measuring = { transfer: { kind: "upload", trace }, signal, onTransfer } as const;
    const urls = await Promise.all(
      output.files.map((file) => {
        if (file.temporary) this.#remove(file.path);
        if (prefix === undefined) return embedFile(file);
        const named = { ...file, name: this.#uniqueName(file.name) };
        return measured(() => uploadFile(named, { prefix, predictionId, fetch, timeoutMs, signal }), measuring);
      }),
    );
    return withFiles(output, urls);
  }

  dispose(): void {
    if (this.#leftovers !== undefined) removeLater(this.#leftovers.splice(0));
  }

  #remove(path: string): void {
    this.#leftovers ??= [];
    this.#leftovers.push(path);
  }

  #uniqueName(name: string): string {
    this.#names ??= new UniqueNames();
    return this.#names.take(name);
  }
}

/** Where the output files of one prediction go: a function for each kind of place. */
import { messageOf } from "@cog/core/errors";
import { isObjectAddress } from "@cog/core/object-storage";
import type { OutputFile, TraceContext } from "@cog/core/wire";
import type { Fetch } from "#outgoing";
import { StepFailed } from "#predictions";
import type { Piece } from "#raw-json";
import { mediaTypeOf } from "./media-types.ts";
import { UniqueNames } from "./names.ts";
import type { LazyObjects } from "./objects.ts";
import { embedder, sizeOfFile } from "./outputs.ts";
import type { OnTransfer } from "./transfer.ts";
import { measured } from "./transfer.ts";
import { putTo, upload, uploadForm } from "./upload.ts";

/** Resolves with what stands for the file in the answer, as JSON. Called in the order of the model's files. */
export type Store = (file: OutputFile, signal: AbortSignal) => Promise<Piece>;

export interface StoreOptions {
  readonly predictionId: string;
  /** Upload below this address; undefined: data URLs. */
  readonly uploadUrl: string | undefined;
  /** Of this prediction: an address for each file, in order. */
  readonly putUrls: readonly string[] | undefined;
  /** Of all data URLs together; undefined: any number. */
  readonly mostEmbeddedBytes: number | undefined;
  /** `uploadUrl` takes forms, and answers where the file is. */
  readonly uploadAsForm?: boolean | undefined;
  readonly fetch: Fetch;
  readonly objects: LazyObjects;
  readonly uploadTimeoutMs: number;
  /** What its transfers belong to. */
  readonly trace: TraceContext | undefined;
  readonly onTransfer: readonly OnTransfer[];
}

export function openStore(options: StoreOptions): Store {
  const { trace, onTransfer } = options;
  const store = uploadStore(options);
  if (store === undefined) return embedder(options.mostEmbeddedBytes);
  const transfer = { kind: "upload", trace } as const;
  return (file, signal) => measured(() => store(file, signal), { transfer, signal, onTransfer });
}

function uploadStore(options: StoreOptions): Store | undefined {
  const { uploadUrl, putUrls, uploadAsForm } = options;
  if (putUrls !== undefined) return storeAt(putUrls, options);
  if (uploadUrl === undefined) return undefined;
  if (uploadAsForm === true) return storeByForm(uploadUrl, options);
  return isObjectAddress(uploadUrl) ? storeObjects(uploadUrl, options) : storeBelow(uploadUrl, options);
}

/** `PUT {prefix}/{name}`, as Cog does. */
function storeBelow(prefix: string, { predictionId, fetch, uploadTimeoutMs: timeoutMs }: StoreOptions): Store {
  const names = new UniqueNames();
  return async (file, signal) => {
    const name = names.take(file.name);
    const { path } = file;
    const size = await sizeOfFile(path);
    const sent = { prefix, path, name, size, mediaType: mediaTypeOf(name), predictionId, timeoutMs };
    return JSON.stringify(await upload(sent, fetch, signal));
  };
}

function storeByForm(url: string, { fetch, uploadTimeoutMs: timeoutMs }: StoreOptions): Store {
  return async ({ path, name }, signal) => {
    const size = await sizeOfFile(path);
    return JSON.stringify(
      await uploadForm(url, { path, size, mediaType: mediaTypeOf(name), name }, { timeoutMs, fetch, signal }),
    );
  };
}

function storeAt(urls: readonly string[], { fetch, uploadTimeoutMs: timeoutMs }: StoreOptions): Store {
  let count = 0;
  return async ({ path, name }, signal) => {
    const url = urls[count];
    count += 1;
    if (url === undefined) {
      throw new StepFailed(
        "upload",
        `Failed to upload output: the model made more files than upload.put_urls has (${urls.length})`,
      );
    }
    const size = await sizeOfFile(path);
    return JSON.stringify(await putTo(url, { path, size, mediaType: mediaTypeOf(name) }, { timeoutMs, fetch, signal }));
  };
}

function storeObjects(prefix: string, { predictionId, objects, uploadTimeoutMs }: StoreOptions): Store {
  const limit = { milliseconds: uploadTimeoutMs, name: "COG_UPLOAD_TIMEOUT" };
  let count = 0;
  return async ({ path, name }, signal) => {
    const index = count;
    count += 1;
    const size = await sizeOfFile(path);
    const file = { path, size, name, index, predictionId, mediaType: mediaTypeOf(name) };
    try {
      return JSON.stringify(await (await objects()).put(file, prefix, { signal, limit }));
    } catch (error) {
      throw new StepFailed("upload", `Failed to upload output: ${messageOf(error)}`, { cause: error });
    }
  };
}

/** What the rest of this room asks of object storage. Loaded with the first object, and everything it needs with it. */
import { type ObjectAddress, parseObjectAddress, parsePrefix, urlOf, writeAddress } from "@cog/core/object-storage";
import type { Fetch } from "#outgoing";
import type { StorageSettings } from "#settings";
import type { OutputPlace } from "./address.ts";
import { outputAddress } from "./address.ts";
import { ObjectStorage } from "./client.ts";
import { findCredentials } from "./credentials.ts";
import type { GetOptions } from "./get.ts";
import { getFile } from "./get.ts";
import type { LocalFile, PutOptions } from "./put.ts";
import { putFile } from "./put.ts";

export interface ObjectsOptions {
  readonly settings: StorageSettings;
  readonly fetch: Fetch;
}

export interface Objects {
  /** Stores an output file below the prefix. Resolves with what the answer says of it. */
  put(file: LocalFile & OutputPlace, prefix: string, options: PutOptions): Promise<string>;
  get(address: string, path: string, options: GetOptions): Promise<void>;
}

/** Throws a UserError when nobody knows the credentials. */
export function createObjects({ settings, fetch }: ObjectsOptions): Objects {
  const storage = new ObjectStorage({ settings, fetch, credentials: findCredentials(settings) });
  return {
    put: async (file, prefix, options) => {
      const address = outputAddress(parsePrefix(prefix), file);
      await putFile(storage, address, file, options);
      return resultOf(storage, address);
    },
    get: (address, path, options) => getFile(storage, parseObjectAddress(address), path, options),
  };
}

async function resultOf(storage: ObjectStorage, address: ObjectAddress): Promise<string> {
  const { result } = storage.settings;
  switch (result.kind) {
    case "public":
      return urlOf(address, storage.settings);
    case "presigned":
      return await storage.presigned(address, result.seconds);
    case "address":
      return writeAddress(address);
  }
}

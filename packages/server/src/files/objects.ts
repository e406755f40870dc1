/** The way to object storage: known everywhere in this room, loaded by the first who needs it. */
import { messageOf, UserError } from "@cog/core/errors";
import { isObjectAddress, parsePrefix } from "@cog/core/object-storage";
import { isBelow } from "./object-storage/address.ts";
import type { Objects, ObjectsOptions } from "./object-storage/objects.ts";

export type LazyObjects = () => Promise<Objects>;

export function lazyObjects(options: ObjectsOptions): LazyObjects {
  let made: Promise<Objects> | undefined;
  return () => {
    made ??= import("./object-storage/objects.ts").then(({ createObjects }) => createObjects(options));
    return made;
  };
}

/** Throws a UserError for what would make every upload fail, before there is one. */
export async function checkObjects(
  objects: LazyObjects,
  { uploadUrl, inputs }: { readonly uploadUrl: string | undefined; readonly inputs: boolean },
): Promise<void> {
  const uploads = uploadUrl !== undefined && isObjectAddress(uploadUrl);
  if (uploads) {
    try {
      parsePrefix(uploadUrl);
    } catch (error) {
      throw new UserError("storage.settings", `--upload-url: ${messageOf(error)}.`, { cause: error });
    }
  }
  if (uploads || inputs) await objects();
}

/**
 * Why a request's own prefix cannot be used. Credentials of the server's are for where the server was told to store: a client
 * may choose a place below it.
 */
export function prefixProblem(prefix: string | undefined, uploadUrl: string | undefined): string | undefined {
  if (prefix === undefined || !isObjectAddress(prefix)) return undefined;
  try {
    const wanted = parsePrefix(prefix);
    if (uploadUrl !== undefined && isObjectAddress(uploadUrl) && isBelow(wanted, parsePrefix(uploadUrl)))
      return undefined;
  } catch (error) {
    return messageOf(error);
  }
  return `${JSON.stringify(prefix)} is not below the --upload-url of this server`;
}

/**
 * Media types of output files. Cog knows these extensions and calls everything else `application/octet-stream`;
 * clients compare the types, so a longer list would be another answer. The types themselves are those of core.
 */
import { mediaTypeOf as typeOf } from "@cog/core/media";

const KNOWN = /\.(txt|png|jpe?g|gif|webp|mp[34]|wav|json|zip|csv|glb)$/i;

export function mediaTypeOf(fileName: string): string {
  return KNOWN.test(fileName) ? typeOf(fileName) : "application/octet-stream";
}

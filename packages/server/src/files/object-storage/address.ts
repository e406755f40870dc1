/** Where files of predictions are in a bucket. */
import type { ObjectAddress } from "@cog/core/object-storage";

/** True when `inner` is the prefix `outer` or one below it. */
export function isBelow(inner: ObjectAddress, outer: ObjectAddress): boolean {
  if (inner.provider !== outer.provider || inner.bucket !== outer.bucket) return false;
  return outer.key === "" || inner.key === outer.key || inner.key.startsWith(`${outer.key}/`);
}

export interface OutputPlace {
  readonly predictionId: string;
  /** Counts the files of a prediction. */
  readonly index: number;
  readonly name: string;
}

/** The same for the same prediction, so that one that is run again leaves nothing behind. */
export function outputAddress(prefix: ObjectAddress, { predictionId, index, name }: OutputPlace): ObjectAddress {
  const key = `${segmentOf(predictionId)}/${index}-${name}`;
  return { ...prefix, key: prefix.key === "" ? key : `${prefix.key}/${key}` };
}

/** Ids are any text of a client's: one level, and none that means another folder. */
function segmentOf(id: string): string {
  if (id === "") return "_";
  return encodeURIComponent(id).replace(/^\.{1,2}$/, (dots) => dots.replaceAll(".", "%2E"));
}

/** `s3://bucket/key` and `gs://bucket/key`. Keys are written as they are, not percent-encoded, as the tools of both write them. */

export interface ObjectAddress {
  readonly provider: Provider;
  readonly bucket: string;
  /** Of a prefix: what keys below it begin with, without a slash at its end. */
  readonly key: string;
}

export type Provider = "s3" | "gs";

/** A name that fits into a host name or a path, and leads nowhere else. */
const ADDRESS = /^(s3|gs):\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,221})(?:\/(.*))?$/is;

export function isObjectAddress(text: string): boolean {
  return /^(s3|gs):\/\//i.test(text);
}

/** Throws an Error for the reader when it names no bucket. */
export function parseObjectAddress(text: string): ObjectAddress {
  const [, scheme, bucket, key = ""] = ADDRESS.exec(text) ?? [];
  if (scheme === undefined || bucket === undefined) {
    throw new Error(`${JSON.stringify(text)} is not the address of a bucket, as s3://BUCKET/PREFIX is`);
  }
  return { provider: scheme.toLowerCase() === "gs" ? "gs" : "s3", bucket, key };
}

export function parsePrefix(text: string): ObjectAddress {
  const address = parseObjectAddress(text);
  return { ...address, key: address.key.replace(/\/+$/, "") };
}

export function writeAddress({ provider, bucket, key }: ObjectAddress): string {
  return `${provider}://${bucket}/${key}`;
}

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

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

/** By their bytes in UTF-8, as other tools sort; JavaScript's own order differs beyond the Basic Multilingual Plane. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compareBytes(a.path, b.path);
}

export function byDigest(a: { readonly digest: string }, b: { readonly digest: string }): number {
  return compareBytes(a.digest, b.digest);
}

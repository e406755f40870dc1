/** Layers that another repository has: mounted where that is of the same registry, else passed through. */
import type { Blob, Descriptor, Registry } from "#registry";
import type { OtherPlace } from "./code-base.ts";

export interface RemoteContext {
  readonly registry: Registry;
  readonly signal: AbortSignal;
}

export function remoteBlob(
  { digest, size, mediaType }: Descriptor,
  { registry: from, repository }: OtherPlace,
  { registry, signal }: RemoteContext,
): Blob {
  const open = (start: number, end: number) => from.openBlobPart(repository, digest, { start, end, signal });
  return { source: { digest, size, open }, mediaType, ...(from.host === registry.host && { mountFrom: [repository] }) };
}

/** The identity of a weight: what its files are called and hold, however they are packed. */
import { digestOf } from "#registry";
import { compareBytes } from "./bytes-order.ts";

/**
 * Cog sorts the whole lines, so by content first and not by path; the digests in everybody's locks are made like that.
 * @param files with digests like `sha256:…`
 */
export function setDigestOf(files: readonly { readonly path: string; readonly digest: string }[]): string {
  const lines = files.map(({ path, digest }) => `${digest.replace(/^sha256:/, "")}  ${path}`).sort(compareBytes);
  return digestOf(lines.join("\n"));
}

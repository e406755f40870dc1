import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

const READ_BYTES = 1024 * 1024;

/** `sha256:…` of what it holds. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES, signal })) hash.update(bytes);
  return `sha256:${hash.digest("hex")}`;
}

/** Which failures of Redis pass by, so that the same command is worth another attempt. */
import { systemCodeOf } from "@cog/core/errors";

const NAMES: ReadonlySet<string> = new Set([
  "NOAUTH",
  "WRONGPASS",
  "NOPERM",
  "READONLY",
  "OOM",
  "MISCONF",
  "LOADING",
  "MASTERDOWN",
  "BUSY",
  "TRYAGAIN",
  "CLUSTERDOWN",
]);

/** False: Redis is there, and what it was told is wrong. */
export function passes(error: Error): boolean {
  if (error.name === "ReplyError") return NAMES.has(/^([A-Z]+)\b/.exec(error.message)?.[1] ?? "");
  // A connection that could not be made, or ended before the answer; what the client says then has no name.
  const ended = error.name === "AbortError" || /connection|socket|timeout/i.test(error.message);
  return ended || systemCodeOf(error) !== undefined;
}

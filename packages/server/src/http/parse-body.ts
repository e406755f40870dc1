/**
 * JSON.parse, for bodies that are mostly files in base64: it looks at each character and copies them all, 8 ms for 5 MiB.
 * What is plainly a long data URL is left where it stands, the rest is parsed, and the URLs are put back.
 */
import { randomUUID } from "node:crypto";

/** Shorter ones are not worth the search. */
const LONG_CHARACTERS = 64 * 1024;
const START = '"data:';
const HEAD = /^"data:[\w.+/-]*(?:;[\w.+/=-]*)*;base64$/i;
const LONGEST_HEAD = 256;
/** Stands for a URL; no client can have sent it. */
const MARK = `data-url-${randomUUID()}:`;

export function parseBody(text: string): unknown {
  if (text.length < LONG_CHARACTERS) return JSON.parse(text);
  const urls: string[] = [];
  let rest = "";
  let taken = 0;
  for (let at = text.indexOf(START); at >= 0; at = text.indexOf(START, at + 1)) {
    const end = text.indexOf('"', at + 1);
    if (!isLongDataUrl(text, at, end)) continue;
    rest += `${text.slice(taken, at)}"${MARK}${urls.length}"`;
    urls.push(text.slice(at + 1, end));
    taken = end + 1;
    at = end;
  }
  if (urls.length === 0) return JSON.parse(text);
  return putBack(JSON.parse(rest + text.slice(taken)), urls);
}

/** A whole string, no key, without anything that JSON would have to look at: an escape, or what may not be in a string. */
function isLongDataUrl(text: string, at: number, end: number): boolean {
  if (end - at < LONG_CHARACTERS || text[at - 1] === "\\") return false;
  const head = text.slice(at, at + LONGEST_HEAD);
  const comma = head.indexOf(",");
  if (comma < 0 || !HEAD.test(head.slice(0, comma))) return false;
  return isBase64(text, at + comma + 1, end) && !/^\s*:/.test(text.slice(end + 1, end + LONGEST_HEAD));
}

const SLICE_CHARACTERS = 64 * 1024;
const scratch = Buffer.alloc(SLICE_CHARACTERS);

/** Decoding skips what is not base64, and then has less to show: seven times faster than a regular expression. */
function isBase64(text: string, start: number, end: number): boolean {
  let last = end;
  while (last > end - 2 && text[last - 1] === "=") last -= 1;
  for (let at = start; at < last; at += SLICE_CHARACTERS) {
    const slice = text.slice(at, Math.min(at + SLICE_CHARACTERS, last));
    // One left over is no base64, and would not be missed.
    if (slice.length % 4 === 1 || scratch.write(slice, "base64") !== Math.floor((slice.length * 3) / 4)) return false;
  }
  return true;
}

/** Not by recursion: how deep the body is has not been looked at yet. */
function putBack(parsed: unknown, urls: readonly string[]): unknown {
  const root = { parsed };
  const open: Record<string, unknown>[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "string" && value.startsWith(MARK)) node[key] = urls[Number(value.slice(MARK.length))];
      else if (typeof value === "object" && value !== null) open.push(value as Record<string, unknown>);
    }
  }
  return root.parsed;
}

/** A member of a JSON object as it stands in the object's text, so that megabytes of base64 are not written out again. */

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** @param text an object that has been parsed, so that its syntax is known to be right. Of several members the last counts. */
export function memberText(text: string, name: string): string | undefined {
  let depth = 0;
  let key = "";
  let valueAt: number | undefined;
  let found: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (depth === 1 && valueAt === undefined) key = JSON.parse(text.slice(at, end));
      at = end - 1;
    } else if (code === COLON && depth === 1) {
      valueAt = at + 1;
    } else if (OPEN.has(code)) {
      depth += 1;
    } else if (code === COMMA || CLOSE.has(code)) {
      if (depth === 1 && valueAt !== undefined) {
        if (key === name) found = text.slice(valueAt, at).trim();
        valueAt = undefined;
      }
      if (code !== COMMA) depth -= 1;
    }
  }
  return found;
}

/** Behind the quote that closes the string: the next one that is not escaped. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}

/** Python string literals: prefixes and escapes. */

export interface StringPrefix {
  readonly raw: boolean;
  readonly bytes: boolean;
  readonly format: boolean;
}

/** Reads what stands before the text: `rb"""` and the like. */
export function readPrefix(start: string): StringPrefix {
  const letters = start.toLowerCase();
  return { raw: letters.includes("r"), bytes: letters.includes("b"), format: /[ft]/.test(letters) };
}

const simple: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

const escapeSequence =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([0-7]{1,3})|(\r\n|.))/gs;

/** The text of a literal without its quotes. Escapes that Python does not know stay as they are, as in Python. */
export function decodeEscapes(text: string): string {
  return text.replace(escapeSequence, (whole, x, u, long, named, octal, other) => {
    const hex = x ?? u ?? long;
    if (hex !== undefined) return codePoint(Number.parseInt(hex, 16)) ?? whole;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (named !== undefined) return whole;
    return other === "\r\n" ? "" : (simple[other] ?? whole);
  });
}

function codePoint(value: number): string | undefined {
  return value <= 0x10ffff ? String.fromCodePoint(value) : undefined;
}

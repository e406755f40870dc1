/** The blocks of archives, as POSIX has them, and the records that say what a header cannot hold. */

export const TAR_BLOCK = 512;
export const TAR_NAME_BYTES = 100;
export const TAR_PREFIX_BYTES = 155;
/** What the size field of a header holds; records hold the rest. */
const LARGEST_IN_HEADER = 8 ** 11;

export interface TarHeader {
  /** ASCII, as it goes into the field; what is too long is cut. */
  readonly name: string;
  readonly prefix?: string;
  readonly linkTarget?: string;
  readonly size: number;
  readonly mode: number;
  /** Seconds since the epoch; the epoch itself where it is not said. */
  readonly time?: number;
  /** `0` a file, `2` a symbolic link, `5` a directory, `x` records for the entry after it. */
  readonly type: "0" | "2" | "5" | "x";
  /** Whether the fields of the device say zero, or nothing. */
  readonly device: boolean;
}

/** Of nobody. */
export function tarHeader({ name, prefix = "", linkTarget = "", time = 0, ...of }: TarHeader): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  block.write(name.slice(0, TAR_NAME_BYTES), 0, "latin1");
  octal(block, 100, 8, of.mode);
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, fitsHeader(of.size) ? of.size : 0);
  octal(block, 136, 12, time);
  block.write(of.type, 156, "latin1");
  block.write(linkTarget.slice(0, TAR_NAME_BYTES), 157, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  if (of.device) {
    octal(block, 329, 8, 0);
    octal(block, 337, 8, 0);
  }
  block.write(prefix.slice(0, TAR_PREFIX_BYTES), 345, "latin1");
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  return block;
}

export function fitsHeader(size: number): boolean {
  return size < LARGEST_IN_HEADER;
}

export type PaxRecord = readonly [key: string, value: string];

/** The body of an entry of type `x`, with what fills its last block. */
export function paxBody(records: readonly PaxRecord[]): { readonly size: number; readonly bytes: Buffer } {
  const text = Buffer.from(records.map(paxRecord).join(""));
  return { size: text.length, bytes: Buffer.concat([text, tarPadding(text.length)]) };
}

/** Its length counts itself. */
function paxRecord([key, value]: PaxRecord): string {
  const rest = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(rest);
  let length = size + String(size).length;
  length = size + String(length).length;
  return `${length}${rest}`;
}

/** What a field of a header can hold of a text. */
export function asciiOf(text: string): string {
  return [...text].filter((character) => character < "\x80").join("");
}

/** What fills the last block of content of this size. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
}

/** After the last entry. */
export const TAR_END: Buffer = Buffer.alloc(2 * TAR_BLOCK);

function octal(block: Buffer, at: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
}

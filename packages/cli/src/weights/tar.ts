/**
 * Archives as Cog writes them, byte for byte: PAX headers with the epoch as all times, nobody as the owner. The digest of a
 * layer that is not compressed is then the same whoever packs it.
 */
import { posix } from "node:path";
import { compareBytes } from "./bytes-order.ts";

const BLOCK = 512;
/** What the size field of a header holds; PAX records hold the rest. */
const LARGEST_IN_HEADER = 8 ** 11;

export interface TarFile {
  readonly path: string;
  readonly size: number;
}

/** An archive in pieces: text of its own, and the files between. */
export type TarPart<F extends TarFile> =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly file: F };

/** Every directory first, then the files in their order. */
export function tarParts<F extends TarFile>(files: readonly F[]): readonly TarPart<F>[] {
  const head = directoriesOf(files).map((path) => entry({ path: `${path}/`, size: 0, mode: 0o755, type: "5" }));
  return [
    ...head.map((bytes) => ({ kind: "bytes" as const, bytes })),
    ...files.flatMap((file): TarPart<F>[] => [
      { kind: "bytes", bytes: entry({ path: file.path, size: file.size, mode: 0o644, type: "0" }) },
      { kind: "file", file },
      { kind: "bytes", bytes: Buffer.alloc(padding(file.size)) },
    ]),
    { kind: "bytes", bytes: Buffer.alloc(2 * BLOCK) },
  ];
}

export function sizeOfPart<F extends TarFile>(part: TarPart<F>): number {
  return part.kind === "bytes" ? part.bytes.length : part.file.size;
}

function directoriesOf(files: readonly TarFile[]): readonly string[] {
  const found = new Set<string>();
  for (const { path } of files)
    for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent)) found.add(parent);
  return [...found].sort(compareBytes);
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly type: "0" | "5" | "x";
}

function entry(of: Entry): Buffer {
  const records = Buffer.from(paxRecords(of).map(paxRecord).join(""));
  const name = posix.join(
    posix.dirname(`${of.path}.`),
    "PaxHeaders.0",
    of.path.endsWith("/") ? "" : posix.basename(of.path),
  );
  const pax = header({ path: name, size: records.length, mode: 0, type: "x" });
  return Buffer.concat([pax, records, Buffer.alloc(padding(records.length)), header(of)]);
}

function paxRecords({ path, size }: Entry): readonly (readonly [string, string])[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what a header holds
  const fits = Buffer.byteLength(path) <= 100 && /^[\x00-\x7f]*$/.test(path);
  return [
    ["atime", "0"],
    ["ctime", "0"],
    ...(fits ? [] : [["path", path] as const]),
    ...(size < LARGEST_IN_HEADER ? [] : [["size", String(size)] as const]),
  ];
}

/** Its length counts itself. */
function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(rest);
  let length = size + String(size).length;
  length = size + String(length).length;
  return `${length}${rest}`;
}

function header({ path, size, mode, type }: Entry): Buffer {
  const block = Buffer.alloc(BLOCK);
  writeName(block, path, type);
  octal(block, 100, 8, mode);
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, size < LARGEST_IN_HEADER ? size : 0);
  octal(block, 136, 12, 0);
  block.write(type, 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  // Go's own writer leaves the device of a PAX header out.
  if (type !== "x") {
    octal(block, 329, 8, 0);
    octal(block, 337, 8, 0);
  }
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  return block;
}

function writeName(block: Buffer, path: string, type: Entry["type"]): void {
  const ascii = Buffer.from([...path].filter((character) => character < "\x80").join(""), "latin1");
  const cut = ascii.subarray(0, 100);
  if (type === "x") {
    const name = cut.toString("latin1").replace(/\/+$/, "");
    block.write(name, 0, "latin1");
    return;
  }
  cut.copy(block);
  // Old readers take a file whose cut name ends in a slash for a directory.
  if (ascii.length > 100 && cut.at(-1) === 0x2f) block[cut.toString("latin1").replace(/\/+$/, "").length] = 0;
}

function octal(block: Buffer, at: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

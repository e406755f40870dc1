/**
 * Archives as Cog writes them, byte for byte: PAX headers with the epoch as all times, nobody as the owner. The digest of a
 * layer that is not compressed is then the same whoever packs it.
 */
import { posix } from "node:path";
import {
  asciiOf,
  fitsHeader,
  type PaxRecord,
  paxBody,
  TAR_END,
  TAR_NAME_BYTES,
  tarHeader,
  tarPadding,
} from "#registry";
import { compareBytes } from "./bytes-order.ts";

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
      { kind: "bytes", bytes: tarPadding(file.size) },
    ]),
    { kind: "bytes", bytes: TAR_END },
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
  readonly type: "0" | "5";
}

function entry(of: Entry): Buffer {
  const { path, size, mode, type } = of;
  const pax = paxBody(paxRecords(of));
  const name = posix.join(posix.dirname(`${path}.`), "PaxHeaders.0", path.endsWith("/") ? "" : posix.basename(path));
  // Go's own writer leaves the device of a PAX header out.
  const before = tarHeader({
    name: asciiOf(name).slice(0, TAR_NAME_BYTES).replace(/\/+$/, ""),
    ...{ size: pax.size, mode: 0, type: "x", device: false },
  });
  return Buffer.concat([before, pax.bytes, tarHeader({ name: nameField(path), size, mode, type, device: true })]);
}

function paxRecords({ path, size }: Entry): readonly PaxRecord[] {
  const fits = Buffer.byteLength(path) <= TAR_NAME_BYTES && asciiOf(path) === path;
  return [
    ["atime", "0"],
    ["ctime", "0"],
    ...(fits ? [] : [["path", path] as const]),
    ...(fitsHeader(size) ? [] : [["size", String(size)] as const]),
  ];
}

/** Old readers take a file whose cut name ends in a slash for a directory. */
function nameField(path: string): string {
  const ascii = asciiOf(path);
  const cut = ascii.slice(0, TAR_NAME_BYTES);
  return ascii.length > TAR_NAME_BYTES && cut.endsWith("/") ? cut.replace(/\/+$/, "") : cut;
}

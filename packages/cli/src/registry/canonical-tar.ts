/**
 * Archives whose bytes depend on what is in them and on nothing else: not on where a tree lies, whose it is, when and in
 * which order it was written. Their form must never change, or the same tree would be another layer.
 */
import { createReadStream } from "node:fs";
import { posix } from "node:path";
import { RegistryError } from "./errors.ts";
import {
  asciiOf,
  fitsHeader,
  type PaxRecord,
  paxBody,
  TAR_END,
  TAR_NAME_BYTES,
  TAR_PREFIX_BYTES,
  type TarHeader,
  tarHeader,
  tarPadding,
} from "./tar-blocks.ts";

/** `path` without a slash at either end. Directories need not be listed. */
export type TreeEntry =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly isExecutable: boolean;
      readonly size: number;
      readonly content: FileContent;
    };

/** Bytes that are here, or a file that has them. */
export type FileContent = { readonly bytes: Uint8Array } | { readonly from: string };

export interface CanonicalTarOptions {
  /** Seconds since the epoch, of every entry. */
  readonly time: number;
}

/** Sorted by the bytes of whole paths; each directory once, before what is in it. */
export async function* canonicalTar(
  entries: Iterable<TreeEntry>,
  { time }: CanonicalTarOptions,
): AsyncGenerator<Uint8Array> {
  for (const entry of inOrder(entries)) {
    yield headOf(entry, time);
    if (entry.kind !== "file") continue;
    yield* contentOf(entry);
    yield tarPadding(entry.size);
  }
  yield TAR_END;
}

type FileEntry = Extract<TreeEntry, { readonly kind: "file" }>;

/** As it is in the archive: directories have a slash at their end. */
function nameOf({ kind, path }: TreeEntry): string {
  return kind === "directory" ? `${path}/` : path;
}

function inOrder(entries: Iterable<TreeEntry>): readonly TreeEntry[] {
  const found = new Map<string, TreeEntry>();
  for (const entry of entries) {
    found.set(nameOf(entry), entry);
    for (let path = posix.dirname(entry.path); path !== "."; path = posix.dirname(path)) {
      if (found.has(`${path}/`)) break;
      found.set(`${path}/`, { kind: "directory", path });
    }
  }
  return [...found]
    .map(([name, entry]) => ({ name: Buffer.from(name), entry }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
    .map(({ entry }) => entry);
}

const MODES = { directory: 0o755, symlink: 0o777 } as const;
const TYPES = { directory: "5", symlink: "2", file: "0" } as const;

function headOf(entry: TreeEntry, time: number): Uint8Array {
  const name = nameOf(entry);
  const target = entry.kind === "symlink" ? entry.target : "";
  const size = entry.kind === "file" ? entry.size : 0;
  const fields = fieldsOf(name);
  const records: PaxRecord[] = [
    ...(fields === undefined ? [["path", name] as const] : []),
    ...(isPlain(target) && target.length <= TAR_NAME_BYTES ? [] : [["linkpath", target] as const]),
    ...(fitsHeader(size) ? [] : [["size", String(size)] as const]),
  ];
  const mode = entry.kind === "file" ? (entry.isExecutable ? 0o755 : 0o644) : MODES[entry.kind];
  const own: TarHeader = {
    ...(fields ?? { name: asciiOf(name) }),
    linkTarget: asciiOf(target),
    ...{ size, mode, time, type: TYPES[entry.kind], device: true },
  };
  if (records.length === 0) return tarHeader(own);
  const pax = paxBody(records);
  const before: TarHeader = {
    name: `PaxHeaders.0/${asciiOf(posix.basename(name))}`,
    ...{ size: pax.size, mode: 0o644, time, type: "x", device: true },
  };
  return Buffer.concat([tarHeader(before), pax.bytes, tarHeader(own)]);
}

/** Undefined when the two fields of a header cannot hold it. */
function fieldsOf(name: string): Pick<TarHeader, "name" | "prefix"> | undefined {
  if (!isPlain(name)) return undefined;
  if (name.length <= TAR_NAME_BYTES) return { name };
  // The last slash that leaves room for the rest; a slash at the end belongs to the name.
  const at = name.slice(0, Math.min(TAR_PREFIX_BYTES + 1, name.length - 1)).lastIndexOf("/");
  const rest = name.slice(at + 1);
  return at > 0 && rest.length <= TAR_NAME_BYTES ? { name: rest, prefix: name.slice(0, at) } : undefined;
}

function isPlain(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what a header holds
  return /^[\x00-\x7f]*$/.test(text);
}

/** What is gone, or more or less than it should be, would end the archive in the wrong place. */
async function* contentOf({ path, size, content }: FileEntry): AsyncGenerator<Uint8Array> {
  const changed = (cause?: unknown) => new RegistryError("corrupt", `${path} changed while it was read`, { cause });
  let read = 0;
  const parts = "bytes" in content ? [content.bytes] : createReadStream(content.from, { highWaterMark: 256 * 1024 });
  try {
    for await (const bytes of parts) {
      read += bytes.length;
      if (read > size) break;
      yield bytes;
    }
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ENOENT" ? changed(error) : error;
  }
  if (read !== size) throw changed();
}

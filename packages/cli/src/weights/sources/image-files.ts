/** Files of an image's layers, laid one over the other. What is not wanted is not kept; its removal by a later layer is. */
import type { StoredFile } from "../store.ts";
import type { ArchiveEntry } from "../unpack.ts";

export type ImageFile =
  | ({ readonly kind: "file" } & StoredFile)
  /** A link or a device: it is refused only when nothing covers it, and nobody leaves it out. */
  | { readonly kind: "other"; readonly what: string };

export type ImageFiles = ReadonlyMap<string, ImageFile>;

export interface Applying {
  readonly wanted: (path: string) => boolean;
  readonly keep: (path: string, content: AsyncIterable<Uint8Array>) => Promise<StoredFile>;
}

const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/** @param below of the layers before */
export async function applyLayer(
  below: ImageFiles,
  entries: AsyncIterable<ArchiveEntry>,
  { wanted, keep }: Applying,
): Promise<ImageFiles> {
  const own = new Map<string, ImageFile>();
  /** What is gone at these paths and below them: this layer has things of its own there, or takes away what was. */
  const gone = new Set<string>();
  /** Directories whose older content is gone. */
  const emptied = new Set<string>();
  for await (const { path, kind, content } of entries) {
    const [parent, name] = split(path);
    if (name === OPAQUE) emptied.add(parent);
    else if (name.startsWith(WHITEOUT)) gone.add(joined(parent, name.slice(WHITEOUT.length)));
    else if (kind !== "directory") {
      gone.add(path);
      if (!wanted(path)) continue;
      own.set(path, kind === "file" ? { kind, ...(await keep(path, content)) } : { kind: "other", what: kind });
    }
  }
  const isGone = (path: string) =>
    gone.has(path) || foldersOf(path).some((folder) => gone.has(folder) || emptied.has(folder));
  return new Map([...[...below].filter(([path]) => !isGone(path)), ...own]);
}

/** `a/b/c` → `a/b`, `a` and "", the root. */
function foldersOf(path: string): readonly string[] {
  const [parent] = split(path);
  return parent === "" ? [parent] : [parent, ...foldersOf(parent)];
}

function split(path: string): readonly [string, string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}

function joined(parent: string, name: string): string {
  return parent === "" ? name : `${parent}/${name}`;
}

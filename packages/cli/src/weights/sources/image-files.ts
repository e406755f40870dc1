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
  /** Paths of this layer's own things, directories among them, and what it takes away of those below. */
  const covered: string[] = [];
  const removed: string[] = [];
  for await (const { path, kind, content } of entries) {
    const [parent, name] = split(path);
    if (name === OPAQUE) removed.push(`${parent}/`);
    else if (name.startsWith(WHITEOUT)) removed.push(joined(parent, name.slice(WHITEOUT.length)));
    else if (kind !== "directory") {
      covered.push(path);
      if (!wanted(path)) continue;
      own.set(path, kind === "file" ? { kind, ...(await keep(path, content)) } : { kind: "other", what: kind });
    }
  }
  const isGone = (path: string) =>
    removed.some((one) => (one.endsWith("/") ? one === "/" || path.startsWith(one) : isAtOrBelow(path, one))) ||
    covered.some((one) => isAtOrBelow(path, one));
  return new Map([...[...below].filter(([path]) => !isGone(path)), ...own]);
}

function isAtOrBelow(path: string, one: string): boolean {
  return path === one || path.startsWith(`${one}/`);
}

function split(path: string): readonly [string, string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}

function joined(parent: string, name: string): string {
  return parent === "" ? name : `${parent}/${name}`;
}

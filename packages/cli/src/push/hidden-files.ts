/** What an older layer of code has and the new one has not: hidden by entries of their own, since the layer stays. */
import { posix } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { createTarDecoder } from "modern-tar";
import { type Descriptor, RegistryError, type TreeEntry } from "#registry";

/** Each by its name, and never a whole folder: others may have put weights there. */
export async function hiddenFiles(
  entries: readonly TreeEntry[],
  content: AsyncIterable<Uint8Array>,
  { mediaType }: Pick<Descriptor, "mediaType">,
): Promise<readonly TreeEntry[]> {
  const kept = new Set(entries.map(({ path }) => path));
  const gone = (await listing(content, mediaType)).filter((path) => path.startsWith("src/") && !kept.has(path));
  const hiding = gone.map((path): TreeEntry => {
    const name = posix.join(posix.dirname(path), `.wh.${posix.basename(path)}`);
    return { kind: "file", path: name, isExecutable: false, size: 0, content: { bytes: new Uint8Array(0) } };
  });
  return [...entries, ...hiding];
}

async function listing(content: AsyncIterable<Uint8Array>, mediaType: string): Promise<readonly string[]> {
  const source = Readable.from(content, { objectMode: false });
  const paths: string[] = [];
  for await (const { header, body } of Readable.toWeb(archive(source, mediaType)).pipeThrough(createTarDecoder())) {
    const path = header.name.replace(/^\.?\//, "").replace(/\/$/, "");
    if (header.type !== "directory" && !posix.basename(path).startsWith(".wh.")) paths.push(path);
    await body.cancel();
  }
  return paths;
}

function archive(source: Readable, mediaType: string): Readable {
  if (/\.tar$/.test(mediaType)) return source;
  if (/gzip$/.test(mediaType)) return source.pipe(createGunzip());
  throw new RegistryError("refused", `The layer with the older code is ${mediaType}, which cannot be read`);
}

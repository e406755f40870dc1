/** A directory of this machine, below the project or anywhere. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { compareBytes } from "../bytes-order.ts";
import { hashFile } from "../hash-file.ts";
import { pathProblem } from "../safe-path.ts";
import { setDigestOf } from "../set-digest.ts";
import type { Inventory, Source, SourceContext, SourceFile } from "./source.ts";
import type { SourceUri } from "./uri.ts";

export function fileSource(
  { normal, path }: Extract<SourceUri, { readonly scheme: "file" }>,
  projectDirectory: string,
): Source {
  const root = resolve(projectDirectory, path);
  // Its files are read once, for the fingerprint and for the inventory.
  let reading: Promise<readonly SourceFile[]> | undefined;
  const all = (context: SourceContext) => {
    reading ??= readFiles(root, normal, context);
    return reading;
  };
  return {
    uri: normal,
    fingerprint: async (context) => setDigestOf(await all(context)),
    inventory: async (wanted, context): Promise<Inventory> => {
      const files = await all(context);
      return { fingerprint: setDigestOf(files), files: files.filter((file) => wanted(file.path)) };
    },
  };
}

async function readFiles(root: string, uri: string, { signal }: SourceContext): Promise<readonly SourceFile[]> {
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw refused(uri, `${root} does not exist`);
  if (!found.isDirectory()) throw refused(uri, `${root} is not a directory`, "Name the directory that it is in.");
  const files: SourceFile[] = [];
  for await (const path of walk(root, "", uri)) {
    signal.throwIfAborted();
    const file = join(root, path);
    const { size } = await stat(file);
    files.push({
      path,
      size,
      digest: await hashFile(file, signal),
      open: ({ signal }) => createReadStream(file, { signal }),
    });
  }
  return files;
}

/** In the order of their bytes. Marks of Cog's own are no files of the weight. */
async function* walk(root: string, directory: string, uri: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, directory), { withFileTypes: true });
  entries.sort((a, b) => compareBytes(sortKey(a), sortKey(b)));
  for (const entry of entries) {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (path === ".cog") continue;
    const problem = pathProblem(path);
    if (problem !== undefined) throw refused(uri, `the name ${JSON.stringify(path)} cannot be used: ${problem}`);
    if (entry.isDirectory()) yield* walk(root, path, uri);
    else if (entry.isFile()) yield path;
    else if (entry.isSymbolicLink()) throw refused(uri, `${path} is a symbolic link`, "Put the file itself there.");
    else throw refused(uri, `${path} is neither a file nor a directory`);
  }
}

function sortKey(entry: { readonly name: string; isDirectory(): boolean }): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name;
}

function refused(uri: string, why: string, hint?: string): UserError {
  return new UserError("weights.source", `Cannot import ${uri}: ${why}`, { hint });
}

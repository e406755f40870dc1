/** The files of a weight as its sources have them now, and their way into the store. */

import type { WeightConfig } from "@cog/core/config";
import { UserError } from "@cog/core/errors";
import pMap from "p-map";
import { byPath } from "./bytes-order.ts";
import { selector } from "./patterns.ts";
import { openSource, type SourceSettings } from "./sources/open.ts";
import type { Source, SourceContext, SourceFile } from "./sources/source.ts";

export interface Gathered {
  readonly fingerprints: readonly string[];
  /** By path; of a path in several sources the last one's. */
  readonly files: readonly SourceFile[];
}

const DOWNLOADS = 4;

export function sourcesOf({ sources }: WeightConfig, settings: SourceSettings): readonly Source[] {
  return sources.map(({ uri }) => openSource(uri, settings));
}

/** Undefined for those that only their content can tell. */
export async function fingerprintsOf(
  sources: readonly Source[],
  context: SourceContext,
): Promise<readonly (string | undefined)[]> {
  return await pMap(sources, (source) => source.fingerprint(context), { concurrency: DOWNLOADS });
}

/** @throws UserError where nothing is left, or two paths would be one file */
export async function gather(
  weight: WeightConfig,
  sources: readonly Source[],
  context: SourceContext,
): Promise<Gathered> {
  const merged = new Map<string, SourceFile>();
  const fingerprints: string[] = [];
  for (const [index, source] of sources.entries()) {
    const { include = [], exclude = [] } = weight.sources[index] ?? {};
    const { fingerprint, files } = await source.inventory(selector({ include, exclude }), context);
    if (files.length === 0) throw nothingLeft(weight.name, source.uri, { include, exclude });
    fingerprints.push(fingerprint);
    for (const file of files) merged.set(file.path, file);
  }
  const files = [...merged.values()].sort(byPath);
  mustBeApart(weight.name, files);
  if (await context.store.ignoresCase()) mustDifferByMoreThanCase(weight.name, files);
  return { fingerprints, files };
}

/** Fetches what is not in the store yet. */
export async function ingest(
  files: readonly SourceFile[],
  context: SourceContext,
  onFile: (file: SourceFile) => void = () => {},
): Promise<void> {
  // One file may have several paths.
  const missing = new Map((await context.store.missing(files)).map((file) => [file.digest, file]));
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  try {
    await pMap(
      missing.values(),
      async (file) => {
        await context.store.put(file.open({ ...context, signal }), { ...file, what: file.path });
        onFile(file);
      },
      { concurrency: DOWNLOADS },
    );
  } finally {
    failed.abort();
  }
}

function nothingLeft(
  name: string,
  uri: string,
  { include, exclude }: { readonly include: readonly string[]; readonly exclude: readonly string[] },
): UserError {
  const said = include.length === 0 && exclude.length === 0;
  const lists = `include [${include.join(", ")}], exclude [${exclude.join(", ")}]`;
  return new UserError(
    "weights.empty",
    `weight "${name}": ${uri} has no files${said ? "" : ` that match: ${lists}`}`,
    said
      ? {}
      : { hint: "Patterns are those of a .gitignore, relative to the source; exclude is stronger than include." },
  );
}

/** From two sources, `a` may be a file in one and a directory in the other. */
function mustBeApart(name: string, files: readonly SourceFile[]): void {
  const paths = new Set(files.map(({ path }) => path));
  for (const { path } of files)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      if (paths.has(path.slice(0, at)))
        throw new UserError("weights.paths", `weight "${name}": ${path.slice(0, at)} is both a file and a directory`);
}

function mustDifferByMoreThanCase(name: string, files: readonly SourceFile[]): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    const other = seen.get(path.toLowerCase());
    if (other !== undefined) {
      throw new UserError("weights.paths", `weight "${name}": ${other} and ${path} are one file on this machine`, {
        hint: "Leave one of them out with exclude, or import on a file system that tells upper from lower case.",
      });
    }
    seen.set(path.toLowerCase(), path);
  }
}

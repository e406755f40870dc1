/**
 * The interface read from a source that has not changed since. Reading is pure over the files it asks for, so these,
 * by their digests (and those it asked for in vain), are all that the result depends on. Loading the Python grammar
 * is most of what a short command does otherwise.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonText, parseJson } from "@cog/core/json";
import { version } from "@cog/core/version";
import { type Project, writeState } from "#project";
import type { ReadOptions, ReadResult } from "#python";

const FILE = "interface.json";

type Good = Extract<ReadResult, { readonly ok: true }>;

interface Memory {
  readonly key: string;
  /** Digest by path; null for a file that was not there. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly result: Good;
}

export async function readRememberedInterface(project: Project, options: ReadOptions): Promise<ReadResult> {
  const key = JSON.stringify([version, "exact numbers", options.predict, options.train]);
  const known = recall(project);
  if (known?.key === key && isCurrent(known, options)) return known.result;
  const { readInterface } = await import("#python");
  const files: Record<string, string | null> = {};
  const readFile = (path: string) => {
    const text = options.readFile(path);
    files[path] = digestOf(text);
    return text;
  };
  const result = await readInterface({ ...options, readFile });
  if (result.ok) writeState(project, FILE, jsonText({ key, files, result } satisfies Memory));
  return result;
}

function isCurrent({ files }: Memory, { readFile }: ReadOptions): boolean {
  return Object.entries(files).every(([path, digest]) => digestOf(readFile(path)) === digest);
}

function recall({ directory }: Project): Memory | undefined {
  try {
    return parseJson(readFileSync(join(directory, ".cog", FILE), "utf8")) as unknown as Memory; // compared with `key` before use
  } catch {
    // Never written, or by a version that wrote something else: the source is read again.
    return undefined;
  }
}

function digestOf(text: string | undefined): string | null {
  return text === undefined ? null : createHash("sha256").update(text).digest("hex");
}

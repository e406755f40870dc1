/**
 * Where the bundle starts: loads its parts when they are asked for, with what V8 made of them the last time. Compiling
 * is most of what a short command does otherwise. Node 20 has no cache for it; later ones have, and this serves all.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { cacheDirectoryIn } from "#settings";

/** The part that is main.ts. A part is named after what is in it, so one that is cached under its name is the same. */
declare const __COG_PROGRAM__: string;

interface Part {
  readonly script: Script;
  readonly module: { exports: unknown };
}

type PartFunction = (exports: unknown, require: (name: string) => unknown, module: Part["module"], url: string) => void;

/** Of several builds and versions of Node, each of which has its own. */
const KEPT_FOLDERS = 4;

const program = join(import.meta.dirname, __COG_PROGRAM__);
const url = pathToFileURL(program).href;
const requireFromNode = createRequire(program);
const cache = join(cacheDirectoryIn(), "compiled");
const folder = join(cache, `${__COG_PROGRAM__.replace(/\.cjs$/, "")}-${process.version}-${process.arch}`);
const parts = new Map<string, Part>();
let isCached = true;

function load(name: string): unknown {
  const known = parts.get(name);
  if (known !== undefined) return known.module.exports;
  const filename = join(import.meta.dirname, name);
  const cachedData = readCached(name);
  // The build leaves only ASCII in them, which is what is read the fastest.
  const source = `(function (exports, require, module, __url) {${readFileSync(filename, "latin1")}\n})`;
  const script = new Script(source, { filename, ...(cachedData !== undefined && { cachedData }) });
  isCached &&= script.cachedDataRejected === false;
  const part = { script, module: { exports: {} } };
  parts.set(name, part);
  const run = script.runInThisContext() as PartFunction; // what `source` is
  run(part.module.exports, requireFromPart, part.module, url);
  return part.module.exports;
}

function requireFromPart(name: string): unknown {
  return name.startsWith("./") ? load(name.slice(2)) : requireFromNode(name);
}

function readCached(name: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined; // Never loaded before.
  }
}

/** At the end, since functions are compiled when they are first called. */
function writeCached(): void {
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) forgetOlder(cache);
    for (const [name, { script }] of parts) {
      const scratch = join(folder, `${name}.${process.pid}`);
      writeFileSync(scratch, script.createCachedData());
      renameSync(scratch, join(folder, name));
    }
  } catch {
    // A place that cannot be written to: everything is compiled each time.
  }
}

function forgetOlder(directory: string): void {
  const folders = readdirSync(directory).map((name) => join(directory, name));
  const newestFirst = folders.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of newestFirst.slice(KEPT_FOLDERS)) rmSync(old, { recursive: true, force: true });
}

process.once("exit", () => {
  if (!isCached) writeCached();
});
load(__COG_PROGRAM__);

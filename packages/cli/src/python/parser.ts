/**
 * tree-sitter with Python's grammar, as WebAssembly: loaded once, when the first file is parsed. Its two files lie
 * beside the bundle; run from source they come from node_modules.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { Language, Parser, type Tree } from "web-tree-sitter";

export type ParsePython = (source: string) => Tree;

let loading: Promise<ParsePython> | undefined;

export function loadParser(): Promise<ParsePython> {
  loading ??= load();
  return loading;
}

async function load(): Promise<ParsePython> {
  await Parser.init({ locateFile: () => wasmFile("web-tree-sitter/web-tree-sitter.wasm") });
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasmFile("tree-sitter-python/tree-sitter-python.wasm")));
  return (source) => {
    const tree = parser.parse(source);
    if (tree === null) throw new Error("tree-sitter gave no tree");
    return tree;
  };
}

function wasmFile(module: string): string {
  const besideBundle = fileURLToPath(new URL(basename(module), import.meta.url));
  return existsSync(besideBundle) ? besideBundle : createRequire(import.meta.url).resolve(module);
}

/** The three bundles: the CLI in lazily loaded chunks, the server in one file, the page at /docs in one file. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { editorSchema } from "@cog/core/config";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { at, dist } from "../repository.ts";
import { npmVersion, pythonVersion, sourceCommit, sourceDateEpoch } from "./version.ts";
import { removeStale, writeIfChanged } from "./write.ts";

/** CommonJS dependencies call `require` for Node's own modules, which an ES module does not have. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

const WASM = ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"];

/** Builds all three and returns the files they consist of. */
export async function buildBundles(): Promise<{ cli: string[]; server: string[]; docs: string; schema: string }> {
  const [cli, server, docs] = await Promise.all([buildCli(), buildServer(), buildDocs()]);
  return { cli, server, docs, schema: writeEditorSchema() };
}

/** What editors check cog.yaml with. */
function writeEditorSchema(): string {
  const outfile = join(dist, "cog.schema.json");
  writeIfChanged(outfile, Buffer.from(`${JSON.stringify(editorSchema(), null, 2)}\n`));
  return outfile;
}

async function buildCli(): Promise<string[]> {
  const outdir = join(dist, "cli");
  const { outputFiles } = await build({
    ...forNode(),
    entryPoints: [at("packages/cli/src/main.ts")],
    outdir,
    splitting: true,
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
  });
  for (const file of outputFiles) writeIfChanged(file.path, file.contents);
  const wasm = WASM.map((module) => copyModuleFile(module, outdir));
  const files = [...outputFiles.map((file) => file.path), ...wasm];
  removeStale(outdir, new Set(files));
  return files;
}

/** One file, and beside it the parts that a plain prediction does not need: parsing them would cost every start. */
async function buildServer(): Promise<string[]> {
  const parts = "server-parts";
  const { outputFiles } = await build({
    ...forNode(),
    entryPoints: { server: at("packages/server/src/main.ts") },
    plugins: [builtinsAsTheyAre],
    outdir: dist,
    splitting: true,
    outExtension: { ".js": ".mjs" },
    chunkNames: `${parts}/[name]-[hash]`,
  });
  for (const file of outputFiles) writeIfChanged(file.path, file.contents);
  const files = outputFiles.map((file) => file.path);
  removeStale(join(dist, parts), new Set(files));
  return files;
}

/**
 * Node's own modules without their ES module face. Node makes that by reading every export, also those that load something
 * when they are read: `node:http` brings a whole second HTTP client, which is half of the server's start.
 */
const builtinsAsTheyAre: Plugin = {
  name: "builtins as they are",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin" }));
    onLoad({ filter: /^/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

async function buildDocs(): Promise<string> {
  const source = at("packages/playground/src");
  const { outputFiles } = await build({
    ...shared(),
    platform: "browser",
    target: "es2022",
    format: "esm",
    minify: true,
    entryPoints: { script: join(source, "main.ts"), style: join(source, "style.css") },
    outdir: dist,
  });
  const text = (extension: string) => outputFiles.find((file) => file.path.endsWith(extension))?.text ?? "";
  const page = readFileSync(join(source, "page.html"), "utf8")
    .replace("<!-- style -->", () => `<style>${text(".css").trim()}</style>`)
    // The sequence that would end the element early can only stand in a string, where the backslash means nothing.
    .replace(
      "<!-- script -->",
      () => `<script type="module">${text(".js").trim().replaceAll("</script", "<\\/script")}</script>`,
    );
  const outfile = join(dist, "docs.html");
  writeIfChanged(outfile, Buffer.from(page));
  return outfile;
}

function shared() {
  const version = npmVersion();
  return {
    bundle: true,
    write: false,
    legalComments: "none",
    logLevel: "warning",
    charset: "utf8",
    absWorkingDir: at("."),
    define: {
      __COG_VERSION__: JSON.stringify(version),
      __COG_PYTHON_VERSION__: JSON.stringify(pythonVersion(version)),
      __COG_GIT_SHA__: JSON.stringify(sourceCommit() ?? "unknown"),
      __COG_BUILT_AT__: JSON.stringify(new Date(Number(sourceDateEpoch()) * 1000).toISOString().replace(".000Z", "Z")),
    },
  } satisfies BuildOptions;
}

function forNode() {
  return {
    ...shared(),
    platform: "node",
    target: "node20",
    format: "esm",
    banner: { js: REQUIRE },
    minifySyntax: true,
  } satisfies BuildOptions;
}

function copyModuleFile(module: string, folder: string): string {
  const require = createRequire(at("packages/cli/package.json"));
  const path = join(folder, module.slice(module.lastIndexOf("/") + 1));
  writeIfChanged(path, readFileSync(require.resolve(module)));
  return path;
}

/**
 * The bundles: the CLI in parts that are loaded when needed, the server in one file, the page at /docs in one file, and
 * the playground's page, which the CLI carries.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { editorSchema } from "@cog/core/config";
import { type BuildOptions, build, type Plugin, transform } from "esbuild";
import { at, dist } from "../repository.ts";
import { npmVersion, pythonVersion, sourceCommit, sourceDateEpoch } from "./version.ts";
import { removeStale, writeIfChanged } from "./write.ts";

/** The server's CommonJS dependencies call `require` for Node's own modules, which an ES module does not have. */
const REQUIRE = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

const WASM = ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"];

/** Builds all of them and returns the files they consist of. */
export async function buildBundles(): Promise<{ cli: string[]; server: string[]; docs: string; schema: string }> {
  const folder = join(dist, "cli");
  const [cli, server, docs, page] = await Promise.all([
    buildCli(folder),
    buildServer(),
    buildDocs(),
    buildPlayground(folder),
  ]);
  removeStale(folder, new Set([...cli, ...page]));
  return { cli: [...cli, ...page], server, docs, schema: writeEditorSchema() };
}

/** What editors check cog.yaml with. */
function writeEditorSchema(): string {
  const outfile = join(dist, "cog.schema.json");
  writeIfChanged(outfile, Buffer.from(`${JSON.stringify(editorSchema(), null, 2)}\n`));
  return outfile;
}

/** CommonJS, since V8 can be given what it compiled before only of scripts; loader.ts does that. */
async function buildCli(outdir: string): Promise<string[]> {
  const { outputFiles, metafile } = await build({
    ...forNode(),
    entryPoints: [at("packages/cli/src/main.ts")],
    outdir,
    charset: "ascii",
    splitting: true,
    metafile: true,
    outExtension: { ".js": ".cjs" },
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
  });
  const program = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith("cli/src/main.ts"),
  );
  if (program === undefined) throw new Error("esbuild made no part of packages/cli/src/main.ts");
  const loader = await buildLoader(join(outdir, "main.cjs"), basename(program[0]));
  const parts = outputFiles.map(async ({ path, text }) => ({ path, contents: Buffer.from(await commonJs(text)) }));
  const scripts = [loader, ...(await Promise.all(parts))];
  for (const { path, contents } of scripts) writeIfChanged(path, contents);
  const wasm = WASM.map((module) => copyModuleFile(module, outdir));
  return [...scripts.map(({ path }) => path), ...wasm];
}

/** The playground's page, its style, its script, and the script of the worker that checks inputs. */
async function buildPlayground(outdir: string): Promise<string[]> {
  const source = at("packages/playground/src");
  const { outputFiles } = await build({
    ...forBrowsers(),
    jsx: "automatic",
    jsxImportSource: "preact",
    entryPoints: {
      playground: join(source, "main.ts"),
      "playground-checker": join(source, "checker", "main.ts"),
    },
    outdir,
  });
  const style = await build({ ...forBrowsers(), entryPoints: { playground: join(source, "style.css") }, outdir });
  const files = [...outputFiles, ...style.outputFiles];
  for (const file of files) writeIfChanged(file.path, file.contents);
  const page = join(outdir, "playground.html");
  writeIfChanged(page, readFileSync(join(source, "page.html")));
  return [...files.map((file) => file.path), page];
}

async function buildLoader(outfile: string, program: string): Promise<{ path: string; contents: Uint8Array }> {
  const { outputFiles } = await build({
    ...forNode(),
    entryPoints: [at("packages/cli/src/loader.ts")],
    outfile,
    format: "cjs",
    // What npm links as `cog`. After -- Node 20 leaves our --env-file to us.
    banner: { js: "#!/usr/bin/env -S node --" },
    define: {
      __COG_PROGRAM__: JSON.stringify(program),
      "import.meta.dirname": "__dirname",
    },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made nothing of packages/cli/src/loader.ts");
  return file;
}

/** esbuild splits only ES modules. */
async function commonJs(module: string): Promise<string> {
  const { code } = await transform(module, {
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "__url" },
    banner: "var __load = require;",
  });
  // What was `import()` is asked of `require`, which web-tree-sitter has a variable of its own by that name for.
  return code.replaceAll(".then(() => __toESM(require(", ".then(() => __toESM(__load(");
}

/** One file, and beside it the parts that a plain prediction does not need: parsing them would cost every start. */
async function buildServer(): Promise<string[]> {
  const parts = "server-parts";
  const { outputFiles } = await build({
    ...forNode(),
    entryPoints: { server: at("packages/server/src/main.ts") },
    plugins: [builtinsAsTheyAre],
    // ES modules where there is a choice: of a CommonJS package nothing could be left out.
    mainFields: ["module", "main"],
    banner: { js: REQUIRE },
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
  const source = at("packages/playground/src/docs");
  const { outputFiles } = await build({
    ...forBrowsers(),
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

function forBrowsers() {
  return {
    ...shared(),
    platform: "browser",
    target: "es2022",
    format: "esm",
    minify: true,
  } satisfies BuildOptions;
}

function forNode() {
  return {
    ...shared(),
    platform: "node",
    target: "node20",
    format: "esm",
    minifySyntax: true,
  } satisfies BuildOptions;
}

function copyModuleFile(module: string, folder: string): string {
  const require = createRequire(at("packages/cli/package.json"));
  const path = join(folder, module.slice(module.lastIndexOf("/") + 1));
  writeIfChanged(path, readFileSync(require.resolve(module)));
  return path;
}

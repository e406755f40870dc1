/** A project's code as a layer of its image, and what the image says of it: all that changes when the environment does not. */
import { statSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { UserError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import type { ImageWeights } from "@cog/core/wire";
import { isWeight, type StagedFile, type Variable } from "#plan";
import type { Project } from "#project";
import type { TreeEntry } from "#registry";
import type { Reporter } from "#report";
import type { ImageEnvironment } from "./environment.ts";
import { generatedFiles, imageWeightsText } from "./generated-files.ts";
import { commitTime } from "./git-facts.ts";
import { planImage, type RecipeRequest } from "./recipe.ts";
import { readBuildSettings } from "./settings.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";

export interface ProjectCodeRequest extends Omit<RecipeRequest, "sources"> {
  readonly schema?: JsonObject;
  /** Managed weights that the model needs. */
  readonly weights: ImageWeights["weights"];
}

export interface ProjectCode {
  /** Undefined where an image's code cannot be told from the rest of it. */
  readonly environment: ImageEnvironment | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** What the server is told. */
  readonly variables: readonly Variable[];
  /** Big files, and folders of them: they have a layer of their own. */
  readonly bigFiles: readonly string[];
  /** Seconds since the epoch, of all files in the layer. */
  readonly fileTime: number;
  /** When the code was made: SOURCE_DATE_EPOCH, else the newest commit, else now. */
  readonly created: Date;
  /** The layer. @param without big files that the image has below it */
  entries(without: readonly string[]): Promise<readonly TreeEntry[]>;
}

export async function readProjectCode(
  { weights, ...request }: ProjectCodeRequest,
  report: Reporter,
): Promise<ProjectCode> {
  const { project, schema } = request;
  const settings = readBuildSettings();
  const options = { ...request.options, ...(weights.length > 0 && { imageWeights: imageWeightsText(weights) }) };
  const sources = await sourceFiles(project.directory);
  const [{ planned, environment, labels }, committed] = await Promise.all([
    planImage({ ...request, sources, options }, settings, report),
    settings.epoch ?? commitTime(project.directory),
  ]);
  return {
    environment,
    labels,
    variables: planned.server,
    bigFiles: planned.weights,
    fileTime: settings.epoch ?? 0,
    created: committed === undefined ? new Date() : new Date(committed * 1000),
    entries: async (without) =>
      await treeOf(project, { sources, without, files: generatedFiles({ project, schema, weights }) }),
  };
}

interface Tree {
  readonly sources: readonly SourceFile[];
  readonly without: readonly string[];
  /** In place of the project's own. */
  readonly files: readonly StagedFile[];
}

/**
 * All files of a layer have one time, and Python takes compiled code for current by the size and time of its source: so
 * none is in it.
 */
async function treeOf({ directory }: Project, { sources, without, files }: Tree): Promise<readonly TreeEntry[]> {
  const replaced = new Set(files.map(({ path }) => path));
  const isCode = ({ path }: SourceFile) =>
    !replaced.has(path) && !isWeight(path, without) && !path.split("/").includes("__pycache__");
  const own = sources.filter(isCode).map(async (source): Promise<TreeEntry> => {
    const { kind, sizeBytes: size, isExecutable } = source;
    const path = `src/${source.path}`;
    switch (kind) {
      case "directory":
        return { kind, path };
      case "symlink":
        return { kind, path, target: await targetOf(directory, source.path) };
      case "file":
        return { kind, path, size, isExecutable, content: { from: join(directory, source.path) } };
    }
  });
  const generated = files.map((file) => fileEntry(`src/${file.path}`, file));
  return [{ kind: "directory", path: "src" }, ...(await Promise.all(own)), ...generated];
}

function fileEntry(path: string, file: StagedFile): TreeEntry {
  const content = "text" in file ? { bytes: Buffer.from(file.text) } : { from: file.from };
  const size = "bytes" in content ? content.bytes.length : statSync(content.from).size;
  return { kind: "file", path, size, isExecutable: false, content };
}

/** @throws UserError for a link that leads out of the project, to what the image may not have */
async function targetOf(directory: string, path: string): Promise<string> {
  const target = await readlink(join(directory, path));
  const inImage = posix.resolve("/src", posix.dirname(path), target);
  if (inImage === "/src" || inImage.startsWith("/src/")) return target;
  throw new UserError("code_only.refused", `${path} is a link to ${target}, which is outside of the project`, {
    hint: "Put a copy of the file there, or list the link in .dockerignore.",
  });
}

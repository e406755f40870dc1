import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import type { Json, JsonObject } from "@cog/core/json";
import { docker, spawn } from "./command.ts";
import { bytesOf, type Image, imageOfBuildah, imageOfInspect } from "./image.ts";
import { qualifiedName, TOOL_NAMES, type ToolOptions } from "./tools.ts";

export interface ImageOptions extends ToolOptions {
  readonly signal: AbortSignal;
}

/** An image of the local engine, or undefined when it has none of that name. */
export async function inspectImage(name: string, options: ImageOptions): Promise<Image | undefined> {
  const { tool = "docker" } = options;
  const isBuildah = tool === "buildah";
  const args = isBuildah ? ["inspect", "--type", "image", name] : ["image", "inspect", name];
  const { exitCode, stdout, stderr } = await docker(args, options);
  if (exitCode !== 0) {
    if (/no such image|image not known/i.test(stderr)) return undefined;
    throw new CogError("docker.inspect", `${TOOL_NAMES[tool]} could not inspect ${name}: ${lastLine(stderr)}`);
  }
  if (isBuildah) return imageOfBuildah(JSON.parse(stdout) as Json, await listedByBuildah(name, options));
  const found = firstOf(stdout);
  return found === undefined ? undefined : imageOfInspect(found);
}

async function listedByBuildah(name: string, options: ImageOptions): Promise<Json | undefined> {
  const { exitCode, stdout } = await docker(["images", "--json", name], options);
  return exitCode === 0 ? firstOf(stdout) : undefined;
}

function firstOf(list: string): Json | undefined {
  const found: unknown = JSON.parse(list);
  return Array.isArray(found) ? (found[0] as Json | undefined) : undefined;
}

export interface LayerSize {
  readonly sizeBytes: number;
  /** The instruction that made it. */
  readonly createdBy: string;
}

/** The layers of an image that hold something, from the base up. */
export async function layerSizes(name: string, options: ImageOptions): Promise<LayerSize[]> {
  const format = "{{.Size}}\t{{.CreatedBy}}";
  const { stdout } = await docker(["history", "--no-trunc", "--human=false", "--format", format, name], options);
  return stdout
    .split("\n")
    .map((line) => ({
      sizeBytes: bytesOf(line.split("\t", 1)[0] ?? ""),
      createdBy: line.slice(line.indexOf("\t") + 1),
    }))
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .reverse();
}

/** What a command prints in a container of the image, which has no network and is gone afterwards. */
export async function outputInImage(
  image: string,
  [program = "", ...args]: readonly string[],
  options: ImageOptions,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  if (options.tool !== "buildah")
    return await docker(["run", "--rm", "--network=none", `--entrypoint=${program}`, image, ...args], options);
  const made = await docker(["from", "--pull-never", image], options);
  if (made.exitCode !== 0) return made;
  const container = made.stdout.trim();
  try {
    return await docker(["run", "--network=none", container, "--", program, ...args], options);
  } finally {
    await docker(["rm", container], { tool: "buildah" });
  }
}

export interface PullOptions extends ImageOptions {
  readonly onOutput: (text: string) => void;
}

/** Pulls for this machine's own platform; where an image has only linux/amd64, that one. */
export async function pullImage(name: string, options: PullOptions): Promise<void> {
  const { tool = "docker" } = options;
  const source = tool === "docker" ? name : qualifiedName(name);
  let stderr = await pull(["pull", source], options);
  if (
    stderr !== undefined &&
    /no matching manifest|does not match the specified platform|no image found in/i.test(stderr)
  ) {
    stderr = await pull(["pull", "--platform", "linux/amd64", source], options);
  }
  if (stderr === undefined) return;
  if (/not found|manifest unknown|does not exist|denied|unauthorized|invalid reference/i.test(stderr)) {
    throw new UserError("image.not_found", `Image ${name} was not found: ${lastLine(stderr)}`, {
      hint: `Check the name, or log in to its registry with 'cog login' or '${tool} login'.`,
    });
  }
  throw new UnavailableError("image.pull", `Could not pull ${name}: ${lastLine(stderr)}`);
}

/** The images that carry one of the labels, and the names they have here; those without a name are left out. */
export async function labelledImages(
  labels: readonly string[],
  options: ImageOptions,
): Promise<(Image & { readonly names: readonly string[] })[]> {
  const listed = await Promise.all(
    labels.map((label) => docker(["image", "ls", "--quiet", "--no-trunc", "--filter", `label=${label}`], options)),
  );
  const ids = new Set(listed.flatMap(({ stdout }) => stdout.split("\n")).filter((id) => id !== ""));
  if (ids.size === 0) return [];
  // One that is removed between the two looks is missing in the answer, and makes docker exit with 1.
  const { stdout } = await docker(["image", "inspect", ...ids], options);
  const found = JSON.parse(stdout) as readonly JsonObject[]; // what docker always prints: a list
  return found.map((image) => {
    const names = image["RepoTags"];
    return { ...imageOfInspect(image), names: Array.isArray(names) ? names.map(String) : [] };
  });
}

/** Another name for an image that is here. */
export async function tagImage(name: string, another: string, options: ImageOptions): Promise<void> {
  const { tool = "docker" } = options;
  const { exitCode, stderr } = await docker(["tag", name, another], options);
  if (exitCode === 0) return;
  throw new CogError("docker.tag", `${TOOL_NAMES[tool]} could not name ${name} ${another}: ${lastLine(stderr)}`, {
    hint: `Try '${tool} tag' by hand.`,
  });
}

/** Takes a name away, and the image with its last one. Does nothing to an image that a container uses. */
export async function removeImage(name: string, options: Partial<ImageOptions> = {}): Promise<void> {
  await docker(options.tool === "buildah" ? ["rmi", name] : ["image", "rm", name], options);
}

/** The tags of a repository, newest image first. */
export async function tagsOf(repository: string, options: ImageOptions): Promise<string[]> {
  const { stdout } = await docker(["image", "ls", "--format", "{{.Tag}}", repository], options);
  return stdout.split("\n").filter((tag) => tag !== "" && tag !== "<none>");
}

/** Names of the images here that are Cog models, newest first. */
export async function cogImageNames(options: ImageOptions): Promise<string[]> {
  const format = "{{.Repository}}:{{.Tag}}";
  const { stdout } = await docker(["image", "ls", "--filter", "label=run.cog.config", "--format", format], options);
  return stdout
    .split("\n")
    .filter((name) => name !== "" && !name.includes("<none>"))
    .map((name) => name.replace(/:latest$/, ""));
}

/** What docker said when it failed; undefined when it did not. */
async function pull(args: readonly string[], options: PullOptions): Promise<string | undefined> {
  const { signal, onOutput, tool = "docker" } = options;
  const child = spawn(tool, args, { stdin: "ignore", cancelSignal: signal, all: true });
  child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString()));
  const { exitCode, stderr } = await child;
  signal.throwIfAborted();
  return exitCode === 0 ? undefined : stderr;
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

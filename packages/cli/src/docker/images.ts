import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import { isJsonObject, type Json } from "@cog/core/json";
import { docker, spawn } from "./command.ts";

export interface Image {
  /** `sha256:…` */
  readonly id: string;
  /** As a registry knows it; only where the engine keeps images as registries do, or of pulled and pushed images. */
  readonly digest: string | undefined;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the uncompressed layers, from the base up. */
  readonly layers: readonly string[];
}

/** An image of the local engine, or undefined when it has none of that name. */
export async function inspectImage(
  name: string,
  options: { readonly signal: AbortSignal },
): Promise<Image | undefined> {
  const { exitCode, stdout, stderr } = await docker(["image", "inspect", name], options);
  if (exitCode !== 0) {
    if (/no such image/i.test(stderr)) return undefined;
    throw new CogError("docker.inspect", `Docker could not inspect ${name}: ${lastLine(stderr)}`);
  }
  const found: unknown = JSON.parse(stdout);
  const image = Array.isArray(found) ? (found[0] as Json | undefined) : undefined;
  return image === undefined ? undefined : toImage(image);
}

export interface LayerSize {
  readonly sizeBytes: number;
  /** The instruction that made it. */
  readonly createdBy: string;
}

/** The layers of an image that hold something, from the base up. */
export async function layerSizes(name: string, options: { readonly signal: AbortSignal }): Promise<LayerSize[]> {
  const format = "{{.Size}} {{.CreatedBy}}";
  const { stdout } = await docker(["history", "--no-trunc", "--human=false", "--format", format, name], options);
  return stdout
    .split("\n")
    .map((line) => ({ sizeBytes: Number.parseInt(line, 10), createdBy: line.slice(line.indexOf(" ") + 1) }))
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .reverse();
}

export interface PullOptions {
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** Pulls for this machine's own platform; where an image has only linux/amd64, that one. */
export async function pullImage(name: string, { signal, onOutput }: PullOptions): Promise<void> {
  let stderr = await pull(["pull", name], { signal, onOutput });
  if (stderr !== undefined && /no matching manifest|does not match the specified platform/i.test(stderr)) {
    stderr = await pull(["pull", "--platform", "linux/amd64", name], { signal, onOutput });
  }
  if (stderr === undefined) return;
  if (/not found|manifest unknown|does not exist|access denied|unauthorized|invalid reference/i.test(stderr)) {
    throw new UserError("image.not_found", `Image ${name} was not found: ${lastLine(stderr)}`, {
      hint: "Check the name, or log in to its registry with 'cog login' or 'docker login'.",
    });
  }
  throw new UnavailableError("image.pull", `Could not pull ${name}: ${lastLine(stderr)}`);
}

/** Takes a name away, and the image with its last one. Does nothing to an image that a container uses. */
export async function removeImage(name: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
  await docker(["image", "rm", name], options);
}

/** The tags of a repository, newest image first. */
export async function tagsOf(repository: string, options: { readonly signal: AbortSignal }): Promise<string[]> {
  const { stdout } = await docker(["image", "ls", "--format", "{{.Tag}}", repository], options);
  return stdout.split("\n").filter((tag) => tag !== "" && tag !== "<none>");
}

/** What docker said when it failed; undefined when it did not. */
async function pull(args: readonly string[], { signal, onOutput }: PullOptions): Promise<string | undefined> {
  const child = spawn("docker", args, { stdin: "ignore", cancelSignal: signal, all: true });
  child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString()));
  const { exitCode, stderr } = await child;
  signal.throwIfAborted();
  return exitCode === 0 ? undefined : stderr;
}

function toImage(image: Json): Image {
  const at = (value: Json | undefined, key: string): Json | undefined => (isJsonObject(value) ? value[key] : undefined);
  const labels = at(at(image, "Config"), "Labels");
  const layers = at(at(image, "RootFS"), "Layers");
  const digests = at(image, "RepoDigests");
  return {
    id: String(at(image, "Id") ?? ""),
    digest: Array.isArray(digests) ? String(digests[0] ?? "").split("@")[1] : undefined,
    sizeBytes: Number(at(image, "Size") ?? 0),
    labels: isJsonObject(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
      : {},
    layers: Array.isArray(layers) ? layers.map(String) : [],
  };
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

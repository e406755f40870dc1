/** The arguments of `docker run` that a model server and a command have in common, and the way to be rid of a container. */
import { spawn as spawnChild } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { type ContainerEngine, docker } from "#docker";
import type { Surroundings } from "../engine.ts";
import { CACHES } from "../model-caches.ts";
import type { Run } from "./engine.ts";

/** PyTorch's data loaders fail with Docker's own 64 MB. */
const SHARED_MEMORY = "6g";

export function containerName(run: Run): string {
  const project = run.name.replace(/^cog-/, "").replaceAll(/[^a-zA-Z0-9_.-]/g, "-");
  return `cog-run-${project}-${randomBytes(4).toString("hex")}`;
}

export interface CommonOptions extends Omit<Surroundings, "gpus"> {
  readonly name: string;
  readonly gpus: string | undefined;
}

export async function commonArguments(
  run: Run,
  { name, env, inherit = [], gpus, volumes = [], weights = [], modelCache }: CommonOptions,
): Promise<string[]> {
  const cache = modelCache === undefined ? [] : cacheArguments(run, modelCache, env);
  return [
    "--rm",
    `--name=${name}`,
    "--label=run.cog.cli=1",
    `--shm-size=${SHARED_MEMORY}`,
    "--stop-timeout=3",
    ...(run.project === undefined ? [] : await projectArguments(run.tool, run.project.directory)),
    // They were looked for before; one file that Cog itself has left in the project may speak of others.
    ...(run.project === undefined ? [] : ["--env", "COG_WEIGHTS_WAIT=0"]),
    ...[...volumes, ...weights].flatMap(({ source, target, readOnly }) => mount(source, target, readOnly)),
    ...cache,
    ...inherit.flatMap((key) => ["--env", key]),
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...gpuArguments(run.tool, gpus),
  ];
}

async function projectArguments(tool: ContainerEngine, directory: string): Promise<string[]> {
  return [
    `--label=run.cog.project=${directory}`,
    ...mount(directory, "/src"),
    "--workdir=/src",
    ...(await userArguments(tool)),
  ];
}

/** `--mount` and not `-v`: a path may hold colons. Its fields are CSV. */
function mount(source: string, target: string, readOnly = false): string[] {
  const field = (name: string, value: string) => `"${name}=${value.replaceAll('"', '""')}"`;
  const fields = ["type=bind", field("source", source), field("target", target), ...(readOnly ? ["readonly"] : [])];
  return ["--mount", fields.join(",")];
}

/** Where a container has the folder for downloads. */
const CACHE_INSIDE = "/var/cache/cog/models";

/**
 * An image, and a build step that downloads, have put things where libraries look for them by themselves: there the usual
 * places stay. So they do where cog.yaml or a flag says another one.
 */
function cacheArguments({ project }: Run, modelCache: string, env: CommonOptions["env"]): string[] {
  if (project === undefined || project.config.build.run.some(({ command }) => DOWNLOADS.test(command))) return [];
  const said = (name: string) => name in env || project.config.environment.some((item) => item.startsWith(`${name}=`));
  const wanted = CACHES.filter(({ variable }) => !said(variable));
  if (wanted.length === 0) return [];
  mkdirSync(modelCache, { recursive: true });
  return [
    ...mount(modelCache, CACHE_INSIDE),
    ...wanted.flatMap(({ variable, folder }) => ["--env", `${variable}=${CACHE_INSIDE}/${folder}`]),
  ];
}

const DOWNLOADS = /hugging|\bhf\b|torch|from_pretrained|python/i;

/**
 * Files that a container writes to /src shall belong to the caller. On macOS and Windows, and with a rootless engine,
 * they do, and Podman is always that when its caller is not root; elsewhere the container runs with the caller's ids.
 */
async function userArguments(tool: ContainerEngine): Promise<string[]> {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0 || process.platform !== "linux" || tool === "podman" || (await isRootless())) return [];
  return ["--user", `${uid}:${process.getgid?.() ?? uid}`, "--env", "HOME=/tmp"];
}

async function isRootless(): Promise<boolean> {
  const { stdout } = await docker(["info", "--format", "{{json .SecurityOptions}}"]);
  return stdout.includes("name=rootless");
}

/** `device=0,1` is one value to us and two CSV fields to Docker. A bare `0` means the device of that number. */
export function gpuArguments(tool: ContainerEngine, gpus: string | undefined): string[] {
  if (gpus === undefined || gpus === "none") return [];
  const value = gpus.replaceAll('"', "");
  if (tool === "podman") return devicesOf(value).map((device) => `--device=nvidia.com/gpu=${device}`);
  if (value === "0") return ["--gpus", '"device=0"'];
  return ["--gpus", value.includes(",") ? `"${value}"` : value];
}

/** Podman takes each by its name; a number is that many, from the first on. */
function devicesOf(gpus: string): string[] {
  if (gpus === "all" || gpus === "0") return [gpus];
  if (/^\d+$/.test(gpus)) return Array.from({ length: Number(gpus) }, (_, index) => String(index));
  return gpus.replace(/^device=/, "").split(",");
}

/** Removes a container that may be running, or gone already. */
export async function removeContainer(tool: ContainerEngine, name: string): Promise<void> {
  // No signal: this is what is done when everything else was aborted.
  await docker(removal(tool, name), { tool }).catch(() => undefined);
}

/** Podman asks a container to end before it kills it; whoever removes one has asked, or has no time. */
function removal(tool: ContainerEngine, name: string): readonly string[] {
  return ["rm", "--force", "--volumes", ...(tool === "podman" ? ["--time=0"] : []), name];
}

/** While armed, a process that ends without stopping its container leaves its removal to a detached child. */
export function removeAtExit(tool: ContainerEngine, name: string): () => void {
  const remove = () => {
    spawnChild(tool, removal(tool, name), {
      detached: true,
      stdio: "ignore",
      cwd: homedir(),
    }).unref();
  };
  process.once("exit", remove);
  return () => process.removeListener("exit", remove);
}

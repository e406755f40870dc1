/** The arguments of `docker run` that a model server and a command have in common, and the way to be rid of a container. */
import { spawn as spawnChild } from "node:child_process";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { docker } from "#docker";
import type { Run } from "./engine.ts";

/** PyTorch's data loaders fail with Docker's own 64 MB. */
const SHARED_MEMORY = "6g";

export function containerName(run: Run): string {
  const project = run.name.replace(/^cog-/, "").replaceAll(/[^a-zA-Z0-9_.-]/g, "-");
  return `cog-run-${project}-${randomBytes(4).toString("hex")}`;
}

export interface CommonOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: string | undefined;
}

export async function commonArguments(run: Run, { name, env, gpus }: CommonOptions): Promise<string[]> {
  return [
    "--rm",
    `--name=${name}`,
    "--label=run.cog.cli=1",
    `--shm-size=${SHARED_MEMORY}`,
    "--stop-timeout=3",
    ...(run.project === undefined ? [] : await projectArguments(run.project.directory)),
    ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...gpuArguments(gpus),
  ];
}

async function projectArguments(directory: string): Promise<string[]> {
  return [
    `--label=run.cog.project=${directory}`,
    // `--mount` and not `-v`: a path may hold colons. Its fields are CSV.
    "--mount",
    `type=bind,"source=${directory.replaceAll('"', '""')}",target=/src`,
    "--workdir=/src",
    ...(await userArguments()),
  ];
}

/**
 * Files that a container writes to /src shall belong to the caller. On macOS and Windows, and with a rootless engine,
 * they do; elsewhere the container runs with the caller's ids.
 */
async function userArguments(): Promise<string[]> {
  const uid = process.getuid?.() ?? 0;
  if (uid === 0 || process.platform !== "linux" || (await isRootless())) return [];
  return ["--user", `${uid}:${process.getgid?.() ?? uid}`, "--env", "HOME=/tmp"];
}

async function isRootless(): Promise<boolean> {
  const { stdout } = await docker(["info", "--format", "{{json .SecurityOptions}}"]);
  return stdout.includes("name=rootless");
}

/** `device=0,1` is one value to us and two CSV fields to Docker. A bare `0` means the device of that number. */
function gpuArguments(gpus: string | undefined): string[] {
  if (gpus === undefined || gpus === "none") return [];
  const value = gpus.replaceAll('"', "");
  if (value === "0") return ["--gpus", '"device=0"'];
  return ["--gpus", value.includes(",") ? `"${value}"` : value];
}

/** Removes a container that may be running, or gone already. */
export async function removeContainer(name: string): Promise<void> {
  // No signal: this is what is done when everything else was aborted.
  await docker(["rm", "--force", "--volumes", name]).catch(() => undefined);
}

/** While armed, a process that ends without stopping its container leaves its removal to a detached child. */
export function removeAtExit(name: string): () => void {
  const remove = () => {
    spawnChild("docker", ["rm", "--force", "--volumes", name], {
      detached: true,
      stdio: "ignore",
      cwd: homedir(),
    }).unref();
  };
  process.once("exit", remove);
  return () => process.removeListener("exit", remove);
}

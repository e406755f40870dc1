/** An image from a directory into an engine, which has all layers that are not there. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CogError } from "@cog/core/errors";
import { docker, spawn } from "./command.ts";
import { type ImageOptions, lastLine, removeImage, tagImage } from "./images.ts";
import { type ContainerTool, TOOL_NAMES } from "./tools.ts";

export interface LoadOptions extends ImageOptions {
  readonly names: readonly string[];
}

/** @param directory an OCI layout that is also what `docker save` writes */
export async function loadImage(directory: string, { names, ...options }: LoadOptions): Promise<void> {
  const { tool = "docker" } = options;
  if (tool === "docker") return await loadArchive(directory, options);
  // Podman and Buildah name what they read by the path that they are given, of which not every one can be a name.
  const parent = await mkdtemp(join(tmpdir(), "cog-load-"));
  const passing = `cog-load-${randomUUID()}`;
  try {
    await symlink(directory, join(parent, passing));
    const read = await docker(["pull", "--quiet", `oci:${passing}`], { ...options, cwd: parent });
    if (read.exitCode !== 0) throw failed(tool, read.stderr);
    for (const name of names) await tagImage(`localhost/${passing}`, name, options);
  } finally {
    await removeImage(`localhost/${passing}`, { tool });
    await rm(parent, { recursive: true, force: true });
  }
}

async function loadArchive(directory: string, { signal }: ImageOptions): Promise<void> {
  const { packTar } = await import("modern-tar/fs");
  const child = spawn("docker", ["load", "--quiet"], { cancelSignal: signal, stdin: "pipe" });
  // Docker says why it stopped reading.
  const written = pipeline(packTar(directory), child.stdin, { signal }).catch((error: unknown) => error);
  const { exitCode, stderr } = await child;
  const problem = await written;
  signal.throwIfAborted();
  if (exitCode !== 0) throw failed("docker", String(stderr));
  if (problem !== undefined) throw problem;
}

function failed(tool: ContainerTool, said: string): CogError {
  return new CogError("docker.load", `${TOOL_NAMES[tool]} did not take the image in: ${lastLine(said)}`, {
    hint: "Build without --code-only.",
  });
}

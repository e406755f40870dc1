/** An image out of an engine, into a directory: an OCI layout, or the older form of `docker save`. */
import { mkdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CogError } from "@cog/core/errors";
import { docker, spawn } from "./command.ts";
import { lastLine } from "./images.ts";
import { type ContainerTool, MAKE_ROOM, TOOL_NAMES, type ToolOptions } from "./tools.ts";

export interface ExportOptions extends ToolOptions {
  readonly signal: AbortSignal;
  /** Layers, by their diff id, that nobody needs: left out where the engine can be told, or its archive filtered. */
  readonly without: ReadonlySet<string>;
}

/** @param directory made if it is not there */
export async function exportImage(name: string, directory: string, options: ExportOptions): Promise<void> {
  const { tool = "docker", signal, without } = options;
  await mkdir(directory, { recursive: true });
  if (tool === "docker") return await unpackSaved(name, directory, { signal, without });
  const { exitCode, stderr } = await docker(COMMANDS[tool](name, directory), { tool, signal });
  if (exitCode !== 0) throw failed(tool, name, stderr);
}

/** Not compressed, which they would do anew each time. */
const COMMANDS: Readonly<Record<Exclude<ContainerTool, "docker">, (name: string, directory: string) => string[]>> = {
  podman: (name, directory) => ["save", "--format", "oci-dir", "--uncompressed", "--output", directory, name],
  buildah: (name, directory) => ["push", "--disable-compression", name, `oci:${directory}`],
};

/** Straight from the pipe: an image is not on the disk twice. */
async function unpackSaved(
  name: string,
  directory: string,
  { signal, without }: Pick<ExportOptions, "signal" | "without">,
): Promise<void> {
  const { unpackTar } = await import("modern-tar/fs");
  const unneeded = new Set([...without].map((diffId) => `blobs/${diffId.replace(":", "/")}`));
  const child = spawn("docker", ["save", name], { stdin: "ignore", buffer: { stdout: false }, cancelSignal: signal });
  const unpack = unpackTar(directory, { filter: ({ name: entry }) => !unneeded.has(entry) });
  const unpacked = pipeline(child.stdout, unpack, { signal }).catch((error: unknown) => error);
  const { exitCode, stderr } = await child;
  const problem = await unpacked;
  signal.throwIfAborted();
  if (exitCode !== 0) throw failed("docker", name, String(stderr));
  if (problem !== undefined) throw problem;
}

function failed(tool: ContainerTool, name: string, stderr: string): CogError {
  const message = `${TOOL_NAMES[tool]} could not export ${name}: ${lastLine(stderr)}`;
  return new CogError("docker.export", message, { hint: MAKE_ROOM[tool] });
}

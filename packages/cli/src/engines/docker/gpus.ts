/** Whether containers get GPUs here, and what is said when they do not. */
import { UserError } from "@cog/core/errors";
import { type ContainerEngine, docker, TOOL_NAMES } from "#docker";
import type { Reporter } from "#report";
import { gpuArguments } from "./container.ts";
import type { Run } from "./engine.ts";

/** Docker's words for it, its toolkit's, and Podman's, for which a GPU is a device by the name of a standard. */
export function lacksDriver(message: string): boolean {
  return /could not select device driver|nvidia-container-cli|nvidia\.com\/gpu/i.test(message);
}

/** GPUs that only cog.yaml asks for are given up, loudly. */
export function warnOfCpu(tool: ContainerEngine, report: Reporter): void {
  report.warn("Missing device driver, re-trying without GPU");
  report.warn(`The model runs on the CPU: ${reason(tool)} Use --gpus none to choose the CPU without this warning.`);
}

export function noGpu(tool: ContainerEngine): UserError {
  return new UserError("docker.no_gpu", `${TOOL_NAMES[tool]} is missing required device driver`, {
    hint: `${reason(tool)} Use --gpus none to run on the CPU.`,
  });
}

/** Asked by a container that does nothing: a command that has the terminal leaves no place to see the engine's answer. */
export async function givesGpus({ tool, image }: Run, { signal }: { readonly signal: AbortSignal }): Promise<boolean> {
  const args = ["run", "--rm", ...gpuArguments(tool, "all"), "--entrypoint=true", image];
  const { exitCode, stderr } = await docker(args, { tool, signal });
  return exitCode === 0 || !lacksDriver(stderr);
}

function reason(tool: ContainerEngine): string {
  if (process.platform === "darwin") return "containers on a Mac have no GPU.";
  return `${TOOL_NAMES[tool]} finds no NVIDIA driver, or has no NVIDIA Container Toolkit; install them to use the GPU.`;
}

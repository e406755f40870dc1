import { existsSync } from "node:fs";
import type { CogConfig } from "@cog/core/config";

/** What `--gpus` means without containers: which of the machine's devices the model sees. */
export function gpuVariables(gpus: string | undefined): Readonly<Record<string, string>> {
  if (gpus === undefined || gpus === "all") return {};
  if (gpus === "none") return { CUDA_VISIBLE_DEVICES: "" };
  const devices = /^"?device=([^"]*)"?$/.exec(gpus)?.[1];
  if (devices !== undefined) return { CUDA_VISIBLE_DEVICES: devices };
  const count = Number(gpus);
  // `--gpus 0` is documented as "GPU number 0".
  return { CUDA_VISIBLE_DEVICES: count === 0 ? "0" : Array.from({ length: count }, (_, index) => index).join(",") };
}

/** What to say when a GPU is wanted, by cog.yaml or by `--gpus`, and there is none; undefined: nothing. */
export function cpuWarning({ build }: CogConfig, gpus: string | undefined): string | undefined {
  const isWanted = gpus === undefined ? build.gpu : gpus !== "none";
  if (!isWanted || existsSync("/dev/nvidiactl") || existsSync("/dev/dxg") || process.platform === "win32")
    return undefined;
  const why =
    process.platform === "darwin"
      ? "this Mac has no NVIDIA GPU; a model that knows MPS can use Apple's"
      : "there is no NVIDIA driver on this machine (try nvidia-smi)";
  const who = gpus === undefined ? "cog.yaml asks" : `--gpus ${gpus} asks`;
  return `${who} for a GPU, and the model runs on the CPU: ${why}. Use --gpus none to choose the CPU.`;
}

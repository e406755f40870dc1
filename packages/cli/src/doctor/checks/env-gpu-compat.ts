import { CogError } from "@cog/core/errors";
import { execa } from "execa";
import { compareVersions, findPin, isPinned, resolveCompatibility } from "#compat";
import { readRequirements } from "#requirements";
import { type Check, type Finding, looked, skipped } from "../finding.ts";
import { invalid } from "../unreadable.ts";

/** The first torch, and the first CUDA, with code for GPUs of a compute capability; the highest floor that it reaches counts. */
const FLOORS = [
  { capability: 10, torch: "2.7.0", cuda: "12.8" },
  { capability: 9, torch: "2.0.1", cuda: "11.8" },
] as const;

const ANSWER_MS = 5000;

/** The torch that the model pins has code for the GPUs of this machine. */
export const envGpuCompat: Check = {
  id: "env-gpu-compat",
  group: "Environment",
  title: "GPU compatibility",
  async look({ project, skipGpu, signal }) {
    if (skipGpu) return skipped("COG_SKIP_GPU_CHECK is set");
    if (project instanceof CogError) return invalid;
    if (!project.config.build.gpu) return skipped("the model uses no GPU");
    const capabilities = await localCapabilities(signal);
    if (capabilities === undefined) return skipped("there is no NVIDIA GPU on this machine");
    try {
      const requirements = readRequirements(project);
      const { torch, cuda } = resolveCompatibility(project.config.build, requirements, { placeOf: project.placeOf });
      const pin = findPin(requirements.lines, "torch");
      if (torch === undefined || cuda === undefined || pin === undefined || !isPinned(pin))
        return looked([], [`GPU sm_${capabilities.join(", sm_")}`]);
      return looked(capabilities.flatMap((capability) => tooOld(capability, { torch, cuda: cuda.cuda })));
    } catch (error) {
      if (!(error instanceof CogError)) throw error;
      return skipped("its versions do not fit together"); // which another check tells
    }
  },
};

/** `["9.0", "12.0"]`: each kind of device once. */
async function localCapabilities(signal: AbortSignal): Promise<readonly string[] | undefined> {
  const { exitCode, stdout } = await execa("nvidia-smi", ["--query-gpu=compute_cap", "--format=csv,noheader"], {
    reject: false,
    timeout: ANSWER_MS,
    stdin: "ignore",
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  const found = exitCode === 0 ? stdout.split("\n").filter((line) => /^\d+\.\d+$/.test(line.trim())) : [];
  return found.length === 0 ? undefined : [...new Set(found.map((line) => line.trim()))];
}

function tooOld(capability: string, has: { readonly torch: string; readonly cuda: string }): readonly Finding[] {
  const floor = FLOORS.find((one) => Number(capability) >= one.capability);
  if (floor === undefined) return [];
  if (compareVersions(has.torch, floor.torch) >= 0 && compareVersions(has.cuda, floor.cuda) >= 0) return [];
  return [
    {
      severity: "warning",
      message: `torch ${has.torch} with CUDA ${has.cuda} has no code for this GPU (sm_${capability.replace(".", "")}), which needs torch ${floor.torch} and CUDA ${floor.cuda} or newer`,
      remedy: `Pin torch==${floor.torch} or newer, or run it on an older GPU.`,
    },
  ];
}

import type { BuildConfig } from "@cog/core/config";
import { type Cuda, resolveCuda } from "./cuda.ts";
import type { Decision } from "./decision.ts";
import { rewriteFrameworks } from "./frameworks.ts";
import { choosePython } from "./python.ts";
import { findPin } from "./requirement.ts";
import { withoutLocal } from "./version.ts";

export interface Compatibility {
  /** What the requirements say of torch's version, if anything. */
  readonly torch?: string;
  readonly pythonVersion: string;
  /** Absent for a CPU project. */
  readonly cuda?: Cuda;
  /** The requirement lines with frameworks that fit, and the indexes they need. */
  readonly requirements: readonly string[];
  readonly indexUrls: readonly string[];
  readonly decisions: readonly Decision[];
  readonly warnings: readonly string[];
}

/** Fits CUDA, cuDNN and the frameworks of a project together. Pure: tables in, versions out. */
export function resolveCompatibility(build: BuildConfig, requirements: readonly string[]): Compatibility {
  const torch = findPin(requirements, "torch");
  const tensorflow = findPin(requirements, "tensorflow");
  const cuda = build.gpu
    ? resolveCuda({
        ...(build.cuda !== undefined && { cuda: build.cuda }),
        ...(build.cudnn !== undefined && { cudnn: build.cudnn }),
        ...(torch !== undefined && { torch }),
        ...(tensorflow !== undefined && { tensorflow }),
      })
    : undefined;
  const python = choosePython(build, [torch, tensorflow]);
  const frameworks = rewriteFrameworks(requirements, cuda?.cuda);
  return {
    pythonVersion: python.value,
    ...(torch !== undefined && torch.version !== "" && { torch: withoutLocal(torch.version) }),
    ...(cuda !== undefined && { cuda }),
    requirements: frameworks.lines,
    indexUrls: frameworks.indexUrls,
    decisions: [python, ...(cuda?.decisions ?? []), ...frameworks.decisions],
    warnings: [...(cuda?.warnings ?? []), ...frameworks.warnings],
  };
}

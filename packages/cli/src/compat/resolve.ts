import type { BuildConfig } from "@cog/core/config";
import type { Place } from "@cog/core/errors";
import type { RequirementLine, Requirements } from "#requirements";
import { type Cuda, resolveCuda } from "./cuda.ts";
import type { Decision } from "./decision.ts";
import { rewriteFrameworks } from "./frameworks.ts";
import { choosePython, type PythonChoice, pythonConflict } from "./python.ts";
import { findPin } from "./requirement.ts";
import { withoutLocal } from "./version.ts";

export interface Compatibility {
  /** What the requirements say of torch's version, if anything. */
  readonly torch?: string;
  readonly python: PythonChoice;
  /** Absent for a CPU project. */
  readonly cuda?: Cuda;
  /** The requirement lines with frameworks that fit, and the indexes they need. */
  readonly requirements: readonly RequirementLine[];
  readonly indexUrls: readonly string[];
  readonly decisions: readonly Decision[];
  readonly warnings: readonly string[];
}

export interface ResolveOptions {
  /** Where a key of cog.yaml is written, for messages. */
  readonly placeOf?: ((field: string) => Place | undefined) | undefined;
  /** Of the image; linux/amd64 when absent. */
  readonly platform?: string | undefined;
}

/** Fits CUDA, cuDNN and the frameworks of a project together. Pure: tables in, versions out. */
export function resolveCompatibility(
  build: BuildConfig,
  requirements: Requirements,
  { placeOf, platform }: ResolveOptions = {},
): Compatibility {
  const { lines } = requirements;
  const torch = findPin(lines, "torch");
  const tensorflow = findPin(lines, "tensorflow");
  const { cuda: wanted, cudnn } = build;
  const cuda = build.gpu ? resolveCuda({ cuda: wanted, cudnn, torch, tensorflow, placeOf }) : undefined;
  const python = choosePython(build, requirements);
  const conflict = pythonConflict(python, requirements);
  const frameworks = rewriteFrameworks(lines, { cuda: cuda?.cuda, platform });
  return {
    python,
    ...(torch !== undefined && torch.version !== "" && { torch: withoutLocal(torch.version) }),
    ...(cuda !== undefined && { cuda }),
    requirements: frameworks.lines,
    indexUrls: frameworks.indexUrls,
    decisions: [python, ...(cuda?.decisions ?? []), ...frameworks.decisions],
    warnings: [...(conflict === undefined ? [] : [conflict]), ...(cuda?.warnings ?? []), ...frameworks.warnings],
  };
}

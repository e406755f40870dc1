import type { BuildPlan } from "#plan";
import type { Instruction } from "./instruction.ts";
import { reproducible } from "./layer.ts";

/** cog.yaml's `build.run`, as written. After the SDK, since people call `cog` there; before the source. */
export function runStepLayers(plan: BuildPlan): Instruction[] {
  return plan.run.map((step, index) => ({
    kind: "run",
    mounts: step.mounts,
    command: reproducible(step.command),
    origin: { kind: "config", path: ["build", "run", index] },
  }));
}

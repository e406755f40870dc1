import type { BuildPlan } from "#plan";
import { baseLayers } from "./base.ts";
import { type Instruction, instructionText, type Origin } from "./instruction.ts";
import { modelLayers } from "./model.ts";
import { nodeLayer } from "./node.ts";
import { packageLayers } from "./packages.ts";
import { compiled, SITE_PACKAGES } from "./python.ts";
import { runStepLayers } from "./run-steps.ts";
import { sdkLayer } from "./sdk.ts";
import { weightsStage } from "./weights.ts";

export interface Dockerfile {
  readonly text: string;
  /** Which line (from 1) starts which step: builders name lines when they fail. */
  readonly origins: ReadonlyMap<number, Origin>;
}

/** The Dockerfile of a plan. Layers are ordered by how often they change: OS, packages, Node, SDK, steps, weights, code. */
export function renderDockerfile(plan: BuildPlan): Dockerfile {
  const stages: Instruction[][] = [
    ...(plan.weightsImage === undefined ? [] : [weightsStage(plan.weightsImage)]),
    [
      ...baseLayers(plan),
      ...packageLayers(plan),
      ...nodeLayer(plan),
      sdkLayer(plan),
      ...runStepLayers(plan),
      ...(plan.precompile ? [compiled(SITE_PACKAGES)] : []),
      ...modelLayers(plan),
    ],
  ];
  // An argument, so that the text stays the same whatever --base-image says. Before every FROM, or it is unknown there.
  const lines = [instructionText({ kind: "arg", name: "COG_BASE", value: plan.base.image })];
  const origins = new Map<number, Origin>();
  for (const stage of stages) {
    if (lines.length > 1) lines.push("");
    for (const instruction of stage) {
      if (instruction.kind === "run") origins.set(lines.length + 1, instruction.origin);
      lines.push(...instructionText(instruction).split("\n"));
    }
  }
  return { text: `${lines.join("\n")}\n`, origins };
}

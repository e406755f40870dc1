import type { BuildPlan } from "#plan";
import { baseStage } from "./base.ts";
import { type Instruction, instructionText, type Origin } from "./instruction.ts";
import { layerArgument } from "./layer.ts";
import { modelLayers } from "./model.ts";
import { nodeLayer, nodeStage } from "./node.ts";
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
    baseStage(plan),
    ...(plan.node === undefined ? [] : [nodeStage(plan.node)]),
    ...(plan.weightsImage === undefined ? [] : [weightsStage(plan)]),
    [
      { kind: "from", image: "base" },
      layerArgument,
      ...packageLayers(plan),
      ...(plan.node === undefined ? [] : nodeLayer()),
      sdkLayer(plan),
      ...runStepLayers(plan),
      ...(plan.precompile ? [compiled(SITE_PACKAGES)] : []),
      ...modelLayers(plan),
    ],
  ];
  const lines: string[] = [];
  const origins = new Map<number, Origin>();
  for (const stage of stages) {
    if (lines.length > 0) lines.push("");
    for (const instruction of stage) {
      if (instruction.kind === "run") origins.set(lines.length + 1, instruction.origin);
      lines.push(...instructionText(instruction).split("\n"));
    }
  }
  return { text: `${lines.join("\n")}\n`, origins };
}

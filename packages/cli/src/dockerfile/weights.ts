/** Big files: a layer of the model's image, or with --separate-weights an image of their own that the model's copies. */
import type { BuildPlan } from "#plan";
import { type Instruction, instructionText } from "./instruction.ts";

const STAGE = "weights";

/** Named before the other stages, so that the last one can copy from it. */
export function weightsStage(image: string): Instruction[] {
  return [{ kind: "from", image, as: STAGE }];
}

export function weightsLayer({ weights, weightsImage }: BuildPlan): Instruction[] {
  if (weightsImage !== undefined) return [{ kind: "copy", from: STAGE, source: "/src", target: "/src" }];
  return weights.length === 0 ? [] : [{ kind: "copy", source: "weights/src", target: "/src" }];
}

/** The Dockerfile of the image that holds nothing but the big files. */
export function renderWeightsDockerfile(): string {
  const instructions: Instruction[] = [
    { kind: "from", image: "scratch" },
    // With /src itself, so that its time is that of the context and not of the build.
    { kind: "copy", source: "weights", target: "/" },
  ];
  return `${instructions.map(instructionText).join("\n")}\n`;
}

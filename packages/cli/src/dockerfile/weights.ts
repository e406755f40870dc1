/** Big files: a layer of the model's image, or with --separate-weights an image of their own that the model's copies. */
import { posix } from "node:path";
import { IMAGE_WEIGHTS_FILE } from "@cog/core/wire";
import type { BuildPlan } from "#plan";
import { type Instruction, instructionText } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { shellWord } from "./packages.ts";

const STAGE = "weights";

/** Named before the other stages, so that the last one can copy from it. */
export function weightsStage(image: string): Instruction[] {
  return [{ kind: "from", image, as: STAGE }];
}

export function weightsLayer({ weights, weightsImage }: BuildPlan): Instruction[] {
  if (weightsImage !== undefined) return [{ kind: "copy", from: STAGE, source: "/src", target: "/src" }];
  return weights.length === 0 ? [] : [{ kind: "copy", source: "weights/src", target: "/src" }];
}

/** What others look for at the root; the model's own server finds it among the source. The files themselves are elsewhere. */
export function managedWeights({ imageWeights }: BuildPlan): Instruction[] {
  if (imageWeights === undefined) return [];
  const path = `/${IMAGE_WEIGHTS_FILE}`;
  const command = `mkdir -p ${posix.dirname(path)} && printf %s ${shellWord(imageWeights)} > ${path}`;
  const origin = { kind: "cog", what: "saying which weights the model needs" } as const;
  return [{ kind: "run", mounts: [], command: reproducible(command), origin }];
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

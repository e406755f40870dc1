import { type Instruction, instructionText } from "./instruction.ts";

type Labels = Readonly<Record<string, string>>;

/** By name, so that the same labels are the same text. */
export function labelInstructions(labels: Labels): Instruction[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ kind: "label", name, value }));
}

/** The lines that add labels to an image; none holds a line break. */
export function renderLabels(labels: Labels): string {
  return labelInstructions(labels)
    .map((instruction) => `${instructionText(instruction)}\n`)
    .join("");
}

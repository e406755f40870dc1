import { describeInput, type Endpoint } from "@cog/core/schema";

/** `cog run --inputs`: name, what it is, and its description, a line each. */
export function inputTable({ inputs }: Pick<Endpoint, "inputs">): string {
  if (inputs.length === 0) return "The model takes no inputs.\n";
  const width = Math.max(...inputs.map(({ name }) => name.length));
  const lines = inputs.map((field) => {
    const description = field.description ? ` · ${field.description}` : "";
    return `${field.name.padEnd(width)}  ${describeInput(field)}${description}`;
  });
  return `${lines.join("\n")}\n`;
}

/** `environment`: NAME=value lines that may not break the image or the runtime. */
import { type Finding, invalid } from "../problem.ts";
import type { Rule } from "./rule.ts";

/** Exact names, or prefixes that end in `*`. */
const RESERVED = [
  "PATH",
  "LD_LIBRARY_PATH",
  "PYTHONPATH",
  "VIRTUAL_ENV",
  "PYTHONUNBUFFERED",
  "R8_*",
  "REPLICATE_*",
  "LIBRARY_PATH",
  "CUDA_*",
  "NVIDIA_*",
  "NV_*",
  "PGET_*",
  "HF_ENDPOINT",
  "HF_HUB_ENABLE_HF_TRANSFER",
  "KUBERNETES_*",
] as const;

export const environmentRules: readonly Rule[] = [
  ({ environment = [] }) => {
    const names = environment.map((item) => (item ?? "").split("=")[0] ?? "");
    return environment.flatMap((item, index) => variable(item ?? "", { index, names }));
  },
];

interface Position {
  readonly index: number;
  readonly names: readonly string[];
}

function variable(item: string, { index, names }: Position): readonly Finding[] {
  const field = `environment.${index}`;
  const wrong = (message: string) => [invalid(field, item, message)];
  const name = names[index] ?? "";
  if (!item.includes("=")) return wrong("must be in the form KEY=VALUE");
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return wrong("the name must match ^[A-Za-z_][A-Za-z0-9_]*$: letters, digits and _, no digit first");
  if (item.includes("\n")) return wrong(`the value of ${name} may not contain a new line`);
  if (isReserved(name))
    return wrong(`environment variable ${name} is not allowed: Cog sets it, or must not see it changed`);
  if (names.indexOf(name) < index) return wrong(`environment variable ${name} is already defined`);
  return [];
}

function isReserved(name: string): boolean {
  return RESERVED.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

import type { BuildPlan } from "#plan";
import type { Instruction } from "./instruction.ts";
import { labelInstructions } from "./labels.ts";
import { NODE_PATH } from "./node.ts";
import { compiled } from "./python.ts";
import { managedWeights, weightsLayer } from "./weights.ts";

/** How the container starts, then what the user edits: big files first, the code in the last layer. */
export function modelLayers(plan: BuildPlan): Instruction[] {
  const variables = [...(plan.node === undefined ? [] : [{ name: "COG_NODE", value: NODE_PATH }]), ...plan.server];
  return [
    { kind: "workdir", path: "/src" },
    { kind: "expose", port: 5000 },
    ...(variables.length === 0 ? [] : [{ kind: "env", variables } as const]),
    ...labelInstructions(plan.labels),
    { kind: "cmd", command: ["python", "-m", "cog.server.http"] },
    ...weightsLayer(plan),
    ...managedWeights(plan),
    ...(plan.purpose === "image" ? [{ kind: "copy", source: "src", target: "/src" } as const] : []),
    ...(plan.purpose === "image" && plan.precompile ? [compiled("/src")] : []),
    ...(plan.user === undefined ? [] : [{ kind: "user", user: plan.user } as const]),
  ];
}

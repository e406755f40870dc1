/** `cog doctor k8s`: what is wrong as text on stderr, or as JSON on stdout. */
import { UserError } from "@cog/core/errors";
import { type Examined, type Explanation, explainCluster, readCluster } from "#cluster";
import type { CommandContext } from "./command.ts";
import type { DoctorK8sFlags } from "./doctor-k8s.ts";

export async function examineCluster(
  flags: DoctorK8sFlags,
  name: string | undefined,
  { settings, signal, stdout, report }: CommandContext,
): Promise<number> {
  const { namespace, context } = flags;
  const { environment } = settings;
  const examined = explainCluster(await readCluster({ namespace, context, name, environment, signal }));
  if (examined.length === 0) {
    const what = name === undefined ? "nothing that was deployed by 'cog deploy'" : `nothing that is named ${name}`;
    throw new UserError("cluster.nothing", `there is ${what} in the namespace ${namespace ?? "of kubectl"}`, {
      hint: "Name another namespace with -n, or deploy: cog deploy kubernetes | kubectl apply -f -",
    });
  }
  const errors = countOf(examined, "error");
  const warnings = countOf(examined, "warning");
  if (flags.json) stdout.write(`${JSON.stringify({ errors, warnings, objects: examined }, null, 2)}\n`);
  else {
    for (const one of examined) report.output(linesOf(one));
    report.output(
      `\n${errors + warnings === 0 ? "no issues found" : `Found ${counted(errors, "error")}, ${counted(warnings, "warning")}.`}\n`,
    );
  }
  return errors > 0 ? 1 : 0;
}

function linesOf({ kind, name, isReady, explanations }: Examined): string {
  const state = explanations.length === 0 ? (isReady ? "ok" : "not ready") : "";
  const lines = explanations.map(
    ({ severity, message, remedy }) => `  ${severity}: ${message}\n  Remediation: ${remedy}\n`,
  );
  return `${kind} ${name}${state === "" ? "" : `: ${state}`}\n${lines.join("")}`;
}

function countOf(examined: readonly Examined[], severity: Explanation["severity"]): number {
  return examined.flatMap(({ explanations }) => explanations).filter((one) => one.severity === severity).length;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

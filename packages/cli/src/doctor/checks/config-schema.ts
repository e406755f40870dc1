import type { ConfigProblem } from "@cog/core/config";
import { CogError } from "@cog/core/errors";
import { type Check, type Finding, findingsOf, looked } from "../finding.ts";
import { unreadable } from "../unreadable.ts";

/** Every key is known and holds what it should; the files that it names are there. */
export const configSchema: Check = {
  id: "config-schema",
  group: "Config",
  title: "Config schema",
  look(subject) {
    const { config, project } = subject;
    if (config instanceof CogError) return unreadable;
    const { problems, warnings } = config.parsed;
    if (problems.some(({ field }) => field === "")) return unreadable;
    const finding =
      (remedy: string) =>
      ({ message, place }: ConfigProblem): Finding => ({
        severity: "error",
        code: "config.invalid",
        message,
        place,
        remedy,
      });
    const findings = [
      ...problems.map(finding("Correct it in cog.yaml.")),
      ...warnings.filter(({ kind }) => kind === "unknown-key").map(finding("Correct its name, or take it out.")),
    ];
    // Values that are well formed and name what is not there.
    const missing = problems.length === 0 && project instanceof CogError ? findingsOf(project) : [];
    return looked([...findings, ...missing]);
  },
};

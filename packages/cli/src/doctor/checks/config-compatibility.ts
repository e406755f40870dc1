import { CogError } from "@cog/core/errors";
import { renderProject } from "#build";
import { reporterWith } from "#report";
import { type Check, type Finding, findingsOf, looked } from "../finding.ts";
import { invalid } from "../unreadable.ts";

/** Python, CUDA and the frameworks fit together; and why each was chosen, as `cog inspect` has it. */
export const configCompatibility: Check = {
  id: "config-compatibility",
  group: "Config",
  title: "Versions that fit together",
  async look({ project, report }) {
    if (project instanceof CogError) return invalid;
    const findings: Finding[] = [];
    const told = reporterWith(report, {
      info: (message) => report.debug(message),
      warn: (message) => findings.push({ severity: "warning", message }),
    });
    try {
      const { plan } = await renderProject(project, {}, told);
      return looked(
        findings,
        plan.decisions.map(({ setting, value, because }) => `${setting} ${value} — ${because}`),
      );
    } catch (error) {
      if (!(error instanceof CogError)) throw error;
      return looked([...findings, ...findingsOf(error)]);
    }
  },
};

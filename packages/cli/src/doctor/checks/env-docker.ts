import { CogError } from "@cog/core/errors";
import { absenceWords, ping } from "#docker";
import { examineLocally } from "#engines";
import { type Check, looked, skipped } from "../finding.ts";
import type { Subject } from "../subject.ts";

/** Docker answers. Without it models run locally, where there is a Python, but no image can be built. */
export const envDocker: Check = {
  id: "env-docker",
  group: "Environment",
  title: "Docker",
  async look(subject) {
    if (subject.skipDocker) return skipped("COG_SKIP_DOCKER_CHECK is set");
    const answer = await ping({ signal: subject.signal });
    if (answer === "answers") return looked([]);
    const { reason, hint } = absenceWords(answer);
    const severity = (await runsLocally(subject)) ? "warning" : "error";
    return looked([{ severity, message: reason, remedy: hint }]);
  },
};

async function runsLocally({ project, local, report }: Subject): Promise<boolean> {
  const wanted = project instanceof CogError ? "3.12" : project.config.build.pythonVersion;
  return (await (await examineLocally()).localPython(wanted, local, report)) !== undefined;
}

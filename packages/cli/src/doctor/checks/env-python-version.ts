import { CogError } from "@cog/core/errors";
import { choosePython } from "#compat";
import { examineLocally } from "#engines";
import { readRequirements } from "#requirements";
import { type Check, looked, skipped } from "../finding.ts";
import { invalid } from "../unreadable.ts";

/** The Python that runs the model on this machine is the one that cog.yaml asks for. */
export const envPythonVersion: Check = {
  id: "env-python-version",
  group: "Environment",
  title: "Python version",
  async look({ project, local, report }) {
    if (project instanceof CogError) return invalid;
    try {
      const wanted = choosePython(project.config.build, readRequirements(project)).value;
      const found = await (await examineLocally()).localPython(wanted, local, report);
      const remedy = `Install it (with uv: 'uv python install ${wanted}'), or name one with COG_PYTHON.`;
      const place = project.placeOf?.("build.python_version");
      if (found === undefined)
        return looked([
          { severity: "warning", message: `there is no Python ${wanted} on this machine, nor another`, remedy, place },
        ]);
      if (wanted.split(".").slice(0, 2).join(".") === found.minor)
        return looked([], [`${found.minor} — ${found.path}`]);
      const message = `the model wants Python ${wanted}; this machine has ${found.minor} (${found.path})`;
      return looked([{ severity: "warning", message, remedy, place }]);
    } catch (error) {
      if (!(error instanceof CogError)) throw error;
      return skipped(error.message);
    }
  },
};

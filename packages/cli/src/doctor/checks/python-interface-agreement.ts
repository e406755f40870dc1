import { CogError } from "@cog/core/errors";
import type { Endpoint } from "@cog/core/schema";
import { examineLocally } from "#engines";
import { type Check, type Finding, looked, skipped } from "../finding.ts";
import { invalid, noModel } from "../unreadable.ts";

/** The class itself, when it is imported, says the same as its source. The source decides; a difference is worth knowing. */
export const pythonInterfaceAgreement: Check = {
  id: "python-interface-agreement",
  group: "Python",
  title: "The loaded class agrees with its source",
  async look({ project, interface: read, local, report, signal }) {
    if (project instanceof CogError) return invalid;
    if (read === undefined) return noModel;
    if (!read.ok) return skipped("the source cannot be read");
    try {
      const loaded = await (await examineLocally()).loadModel(project, local, { report, signal });
      if (loaded.kind === "not-prepared")
        return skipped("its packages are not installed here yet; 'cog run --engine local' installs them");
      if (loaded.kind === "failed") return skipped(`it cannot be imported here: ${loaded.reason}`);
      return looked(
        (["predict", "train"] as const).flatMap((mode) =>
          differences(mode === "train" ? "training " : "", read.interface[mode], loaded.interface[mode]),
        ),
      );
    } catch (error) {
      if (!(error instanceof CogError)) throw error;
      return skipped(error.message);
    }
  },
};

function differences(what: string, source: Endpoint | undefined, loaded: Endpoint | undefined): readonly Finding[] {
  if (source === undefined || loaded === undefined) return [];
  const names = [...new Set([...source.inputs, ...loaded.inputs].map(({ name }) => name))];
  const parts = [
    ...names.map((name): [string, unknown, unknown] => [
      `${what}input "${name}"`,
      source.inputs.find((one) => one.name === name),
      loaded.inputs.find((one) => one.name === name),
    ]),
    [`${what}output`, source.output, loaded.output] as const,
    ...(["streaming", "async", "concurrency"] as const).map(
      (key) => [`${what}${key}`, source[key], loaded[key]] as const,
    ),
  ];
  return parts
    .filter(([, left, right]) => canonical(left) !== canonical(right))
    .map(([name, left, right]) => ({
      severity: "warning",
      message: `${name}: the source says ${show(left)}, the loaded class ${show(right)}`,
      remedy: "The source decides. Write it so that it can be read without running, or change what changes it.",
    }));
}

function show(value: unknown): string {
  return value === undefined ? "there is none" : canonical(value);
}

/** JSON with its keys in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

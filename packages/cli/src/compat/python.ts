/** Which Python: what cog.yaml says, else the default, or the newest one that a pinned framework has wheels for. */
import type { BuildConfig } from "@cog/core/config";
import type { Decision } from "./decision.ts";
import type { Pin } from "./requirement.ts";
import { tensorflowReleases, torchBuilds } from "./tables.ts";
import { compare, highest, matches } from "./version.ts";

export type PythonChoice = Decision & { readonly setting: "python" };

export function choosePython(build: BuildConfig, pins: readonly (Pin | undefined)[]): PythonChoice {
  const { pythonVersion: value, pythonIsDefault } = build;
  if (pythonIsDefault !== true) return { setting: "python", value, because: "build.python_version" };
  const lower = pins
    .flatMap((pin): readonly PythonChoice[] => {
      const newest = pin === undefined ? undefined : highest(pythonsOf(pin), (version) => [version]);
      if (pin === undefined || newest === undefined || compare(newest, value) >= 0) return [];
      return [
        { setting: "python", value: newest, because: `the newest that ${pin.name}==${pin.version} has wheels for` },
      ];
    })
    .sort((a, b) => compare(a.value, b.value))[0];
  return lower ?? { setting: "python", value, because: "build.python_version is not set" };
}

function pythonsOf({ name, version }: Pin): readonly string[] {
  return name === "torch"
    ? torchBuilds.filter(({ torch }) => matches(torch, version)).flatMap(({ pythons }) => pythons)
    : tensorflowReleases.filter(({ tensorflow }) => tensorflow === version).flatMap(({ pythons }) => pythons);
}

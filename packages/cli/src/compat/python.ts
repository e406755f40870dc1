/** Which Python: what cog.yaml says, else the default, or the newest one that the pinned frameworks have wheels for. */
import type { BuildConfig } from "@cog/core/config";
import type { Requirements } from "#requirements";
import type { Decision } from "./decision.ts";
import { findPin, type Pin } from "./requirement.ts";
import { tensorflowReleases, torchBuilds } from "./tables.ts";
import { compare, highest, matches } from "./version.ts";

export type PythonChoice = Decision & { readonly setting: "python" };

/** What is tried in place of the default, in this order, when the requirements name the Python they are for. */
const OTHERS = ["3.12", "3.11", "3.10", "3.9", "3.8", "3.14"] as const;

export function choosePython(
  build: BuildConfig,
  requirements: Pick<Requirements, "lines" | "requiresPython">,
): PythonChoice {
  const { pythonVersion: value, pythonIsDefault } = build;
  if (pythonIsDefault !== true) return { setting: "python", value, because: "build.python_version" };
  const { lines, requiresPython } = requirements;
  const lower = [
    ...["torch", "tensorflow"].flatMap((name) => lowerFor(findPin(lines, name), value)),
    ...otherFor(requiresPython, value),
  ].sort((a, b) => compare(a.value, b.value))[0];
  return lower ?? { setting: "python", value, because: "build.python_version is not set" };
}

function lowerFor(pin: Pin | undefined, value: string): readonly PythonChoice[] {
  const newest = pin === undefined ? undefined : highest(pythonsOf(pin), (version) => [version]);
  if (pin === undefined || newest === undefined || compare(newest, value) >= 0) return [];
  return [{ setting: "python", value: newest, because: `the newest that ${pin.name}==${pin.version} has wheels for` }];
}

function otherFor(requires: string | undefined, value: string): readonly PythonChoice[] {
  if (requires === undefined || allows(requires, value)) return [];
  const other = OTHERS.find((version) => allows(requires, version));
  return other === undefined ? [] : [{ setting: "python", value: other, because: `requires-python is ${requires}` }];
}

/** The one line about a Python that nobody named. */
export function pythonNotice(
  { value, because }: PythonChoice,
  { pythonIsDefault, pythonVersion }: BuildConfig,
): string | undefined {
  if (pythonIsDefault !== true) return undefined;
  return `build.python_version is not set; using Python ${value}${value === pythonVersion ? "" : `, ${because}`}`;
}

/** What cog.yaml says, where the requirements say otherwise. */
export function pythonConflict({ value }: PythonChoice, { requiresPython }: Requirements): string | undefined {
  if (requiresPython === undefined || allows(requiresPython, value)) return undefined;
  return `Python ${value} is used, but the requirements are for ${requiresPython} (requires-python)`;
}

type Comparison = (order: number) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  "<": (order) => order < 0,
};

/** Of minor versions: what else `requires-python` may say (`!=3.9.7`, `~=3.10`) is for an installer to check. */
function allows(requires: string, version: string): boolean {
  return requires.split(",").every((part) => {
    const [, operator = "", bound = ""] = /^\s*(>=|<=|>|<|==)\s*(\d+\.\d+)/.exec(part) ?? [];
    if (operator === "==") return matches(bound, version);
    const order = compare(version.split(".", 2).join("."), bound);
    // `<=3.12.4` and `>3.10.2` have room in the minor version itself.
    if (order === 0 && /\d+\.\d+\.\d+/.test(part)) return true;
    return COMPARISONS[operator]?.(order) ?? true;
  });
}

function pythonsOf({ name, version }: Pin): readonly string[] {
  return name === "torch"
    ? torchBuilds.filter(({ torch }) => matches(torch, version)).flatMap(({ pythons }) => pythons)
    : tensorflowReleases.filter(({ tensorflow }) => tensorflow === version).flatMap(({ pythons }) => pythons);
}

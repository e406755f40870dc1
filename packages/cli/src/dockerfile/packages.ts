import type { BuildPlan } from "#plan";
import { type Instruction, type Mount, staged } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { hidingOrigins, install, PIP_CACHE, stripped } from "./python.ts";

/** What the user's model needs: it changes rarely and is big, so it comes before anything of ours. */
export function packageLayers(plan: BuildPlan): Instruction[] {
  const layers: Instruction[] = [];
  if (plan.environment.length > 0) {
    const byName = [...plan.environment].sort((a, b) => (a.name < b.name ? -1 : 1));
    layers.push({ kind: "env", variables: byName });
  }
  if (plan.systemPackages.length > 0) {
    layers.push({
      ...aptInstall(plan.systemPackages, plan.base.image),
      origin: { kind: "config", path: ["build", "system_packages"] },
    });
  }
  if (plan.requirements.length > 0) {
    layers.push({
      kind: "run",
      mounts: [PIP_CACHE, staged(plan.folders.requirements)],
      command: reproducible(
        hidingOrigins(stripped(install("-r /mnt/requirements.txt", plan.installer), plan.strip), plan),
      ),
      origin: { kind: "config", path: ["build", "python_requirements"] },
    });
  }
  return layers;
}

export function aptInstall(packages: readonly string[], base: string) {
  return {
    kind: "run",
    mounts: aptCaches(base),
    command: reproducible(`apt-get update -qq && apt-get install -qqy ${packages.map(shellWord).join(" ")}`),
  } as const;
}

/** Of one base only: package lists differ between distributions. */
export function aptCaches(base: string): Mount[] {
  return [
    { type: "cache", id: `cog-apt-${base}`, target: "/var/cache/apt", sharing: "locked" },
    { type: "cache", id: `cog-apt-lists-${base}`, target: "/var/lib/apt", sharing: "locked" },
  ];
}

/** Package names are words already; anything else is quoted, so that it fails as a name and not as a command. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Pinned torch lines get the build for the chosen CUDA (or for the CPU) and the index that has it. All others stay. */
import type { RequirementLine } from "#requirements";
import type { Decision } from "./decision.ts";
import { findPin, type Pin } from "./requirement.ts";
import { type TorchBuild, torchBuilds } from "./tables.ts";
import { compare, highest, matches, parseVersion, withoutLocal } from "./version.ts";

export interface Rewritten {
  readonly lines: readonly RequirementLine[];
  readonly indexUrls: readonly string[];
  readonly decisions: readonly Decision[];
  readonly warnings: readonly string[];
}

export interface Target {
  /** Absent for the CPU. */
  readonly cuda?: string | undefined;
  /** `linux/arm64`: there PyTorch's own indexes have builds for the CPU only. */
  readonly platform?: string | undefined;
}

export function rewriteFrameworks(lines: readonly RequirementLine[], { cuda, platform }: Target): Rewritten {
  const result = [...lines];
  const indexUrls = new Set<string>();
  const decisions: Decision[] = [];
  const warnings: string[] = [];
  for (const [name, find] of Object.entries(FINDERS)) {
    const pin = findPin(lines, name);
    if (pin === undefined || !pin.isExact) continue;
    const build = find(pin.version, cuda);
    if (build?.indexUrl !== undefined && build.cuda !== undefined && platform?.includes("arm64")) continue;
    if (build === undefined) {
      if (name === "torchvision" && cuda !== undefined) {
        warnings.push(
          `Cog doesn't know which build of torchvision==${pin.version} goes with CUDA ${cuda}; it is left as it is.`,
        );
      }
      continue;
    }
    const version = name === "torch" ? withoutLocal(build.torch) : build.torchvision;
    result[pin.index] = rewritten(pin, version);
    if (build.indexUrl === undefined || indexUrls.has(build.indexUrl)) continue;
    indexUrls.add(build.indexUrl);
    const because = `${name}==${version} for ${cuda === undefined ? "the CPU" : `CUDA ${build.cuda ?? cuda}`}`;
    decisions.push({ setting: "torch_index", value: indexName(build.indexUrl), because });
  }
  return { lines: result, indexUrls: [...indexUrls], decisions, warnings };
}

function rewritten({ name, extras, marker, place }: Pin, version: string): RequirementLine {
  const text = `${name}${extras}==${version}${marker === "" ? "" : ` ${marker}`}`;
  return { kind: "package", text, ...(place !== undefined && { place }) };
}

/** `https://…/whl/cu121/` → `cu121` */
function indexName(url: string): string {
  return url.replace(/\/+$/, "").split("/").at(-1) ?? url;
}

const FINDERS: Readonly<Record<string, (version: string, cuda: string | undefined) => TorchBuild | undefined>> = {
  torch: (version, cuda) =>
    cuda === undefined
      ? torchBuilds.find(
          (row) => row.cuda === undefined && parseVersion(version)?.local === "" && withoutLocal(row.torch) === version,
        )
      : highest(
          upTo(cuda).filter((row) => matches(row.torch, version)),
          (row) => [row.cuda, row.torch],
        ),
  torchvision: (version, cuda) =>
    cuda === undefined
      ? torchBuilds.find((row) => row.cuda === undefined && withoutLocal(row.torchvision) === version)
      : highest(
          upTo(cuda).filter((row) => withoutLocal(row.torchvision) === withoutLocal(version)),
          (row) => [row.cuda],
        ),
};

function upTo(cuda: string): (TorchBuild & { readonly cuda: string })[] {
  return torchBuilds.filter(
    (row): row is TorchBuild & { readonly cuda: string } => row.cuda !== undefined && compare(row.cuda, cuda) <= 0,
  );
}

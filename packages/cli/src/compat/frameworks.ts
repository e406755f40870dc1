/** Pinned torch lines get the build for the chosen CUDA (or for the CPU) and the index that has it. All others stay. */
import type { Decision } from "./decision.ts";
import { findPin } from "./requirement.ts";
import { type TorchBuild, torchBuilds } from "./tables.ts";
import { compare, highest, matches, parseVersion, withoutLocal } from "./version.ts";

export interface Rewritten {
  readonly lines: readonly string[];
  readonly indexUrls: readonly string[];
  readonly decisions: readonly Decision[];
  readonly warnings: readonly string[];
}

/** @param cuda absent for the CPU */
export function rewriteFrameworks(lines: readonly string[], cuda: string | undefined): Rewritten {
  const result = [...lines];
  const indexUrls = new Set<string>();
  const decisions: Decision[] = [];
  const warnings: string[] = [];
  for (const [name, find] of Object.entries(FINDERS)) {
    const pin = findPin(lines, name);
    if (pin === undefined || !pin.exact) continue;
    const build = find(pin.version, cuda);
    if (build === undefined) {
      if (name === "torchvision" && cuda !== undefined) {
        warnings.push(
          `Cog doesn't know which build of torchvision==${pin.version} goes with CUDA ${cuda}; it is left as it is.`,
        );
      }
      continue;
    }
    const version = name === "torch" ? withoutLocal(build.torch) : build.torchvision;
    result[pin.index] = `${name}${pin.extras}==${version}`;
    if (build.indexUrl === undefined || indexUrls.has(build.indexUrl)) continue;
    indexUrls.add(build.indexUrl);
    const because = `${name}==${version} for ${cuda === undefined ? "the CPU" : `CUDA ${build.cuda ?? cuda}`}`;
    decisions.push({ setting: "torch_index", value: indexName(build.indexUrl), because });
  }
  return { lines: result, indexUrls: [...indexUrls], decisions, warnings };
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

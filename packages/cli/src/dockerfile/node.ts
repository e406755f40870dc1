import type { BuildPlan } from "#plan";
import { type Instruction, staged } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { PIP_CACHE } from "./python.ts";

/** Where Node lies in every image. */
export const NODE_PATH = "/opt/cog/bin/node";

/**
 * After the user's packages, since an upgrade of ours must not install theirs again; the same bytes whatever is below,
 * so a registry has the layer already. Not a stage that this one copies from: Buildah shows a step an older state of a
 * stage it takes from its cache. Makes /src too, since COPY would give its parent the time of the build.
 */
export function nodeLayer({ node, folders }: BuildPlan): Instruction[] {
  if (node === undefined) return [];
  return [
    {
      kind: "run",
      mounts: [PIP_CACHE, staged(folders.node)],
      command: reproducible(
        `mkdir -p /src && python /mnt/install-node.py ${NODE_PATH} ${node.version} ${node.fallback}`,
      ),
      origin: { kind: "cog", what: "installing Node" },
    },
  ];
}

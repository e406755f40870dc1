import type { BuildPlan } from "#plan";
import { type Instruction, staged } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { shellWord } from "./packages.ts";
import { hidingOrigins, install, PIP_CACHE, pip } from "./python.ts";

/** `import cog`. After the user's packages: an upgrade of ours must not install theirs again. */
export function sdkLayer(plan: BuildPlan): Instruction {
  const { sdk, installer, folders } = plan;
  const origin = { kind: "cog", what: "installing the Cog SDK" } as const;
  switch (sdk.kind) {
    case "carried":
      return {
        kind: "run",
        mounts: [staged(folders.sdk)],
        // By version and not by path: `pip freeze` then says `cog==1.0.0`.
        command: reproducible(
          pip(`install -q --no-deps --no-compile --no-index --no-cache-dir --find-links /mnt cog==${sdk.version}`),
        ),
        origin,
      };
    case "wheel":
    case "url": {
      const command =
        sdk.kind === "url"
          ? hidingOrigins(install("-r /mnt/requirements.txt", installer), plan)
          : install("/mnt/*.whl", installer);
      return { kind: "run", mounts: [PIP_CACHE, staged(folders.sdk)], command: reproducible(command), origin };
    }
    case "requirement":
      return {
        kind: "run",
        mounts: [PIP_CACHE],
        command: reproducible(install(`${sdk.prerelease ? "--pre " : ""}${shellWord(sdk.requirement)}`, installer)),
        origin,
      };
  }
}

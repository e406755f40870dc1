import type { BuildPlan } from "#plan";
import { type Instruction, staged } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { shellWord } from "./packages.ts";
import { install, PIP_CACHE, pip } from "./python.ts";

/** `import cog`. After the user's packages: an upgrade of ours must not install theirs again. */
export function sdkLayer({ sdk, installer, folders }: BuildPlan): Instruction {
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
    case "url":
      return {
        kind: "run",
        mounts: [PIP_CACHE, staged(folders.sdk)],
        command: reproducible(install(sdk.kind === "url" ? "-r /mnt/requirements.txt" : "/mnt/*.whl", installer)),
        origin,
      };
    case "requirement":
      return {
        kind: "run",
        mounts: [PIP_CACHE],
        command: reproducible(install(`${sdk.prerelease ? "--pre " : ""}${shellWord(sdk.requirement)}`, installer)),
        origin,
      };
  }
}

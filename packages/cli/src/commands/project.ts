/** The project of a command, with what its flags say about the image it runs in. */
import { UserError } from "@cog/core/errors";
import { openProject, type Project } from "#project";
import type { CommandContext, FlagValues } from "./command.ts";
import type { imageFlags, projectFlags } from "./shared-flags.ts";
import { UsageError } from "./usage.ts";

type Flags = FlagValues<typeof imageFlags & typeof projectFlags>;

export function projectOf(flags: Flags, { workingDirectory, report }: CommandContext): Project {
  checkBase(flags);
  const project = openProject({ workingDirectory, file: flags.file, report });
  const baseImage = flags["base-image"];
  if (baseImage === undefined) return project;
  return { ...project, config: { ...project.config, build: { ...project.config.build, baseImage } } };
}

function checkBase(flags: Flags): void {
  const cog = flags["use-cog-base-image"];
  if (cog && flags["use-cuda-base-image"] !== "auto") {
    throw new UsageError(
      "The flags --use-cog-base-image and --use-cuda-base-image are mutually exclusive: you can only set one of them.",
    );
  }
  if (cog) {
    throw new UserError("base.cog", "--use-cog-base-image cannot choose one of Cog's own base images by itself.", {
      hint: "Name the image: --base-image REF.",
    });
  }
}

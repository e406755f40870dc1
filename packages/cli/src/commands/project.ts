/** The project of a command, with what its flags say about the image it runs in. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { type ImageWish, openProject, type Project } from "#project";
import type { CommandContext, FlagValues } from "./command.ts";
import type { imageFlags, projectFlags } from "./shared-flags.ts";
import { UsageError } from "./usage.ts";

export type ProjectFlags = FlagValues<typeof imageFlags & typeof projectFlags>;

/** Where Cog's own base images are, unless a flag or a variable says otherwise. */
const REGISTRY = "r8.im";

export function cogBaseRegistry({ global, settings }: CommandContext): string {
  return global.registry ?? settings.registryHost ?? REGISTRY;
}

/** Each names what the image is built from, so only one of them can be right. */
const EXCLUSIVE = ["use-cog-base-image", "use-cuda-base-image", "dockerfile"] as const;

export function projectOf(flags: ProjectFlags, context: CommandContext): Project {
  const [first, second] = EXCLUSIVE.filter((name) => flags[name] !== undefined);
  if (second !== undefined) {
    throw new UsageError(`The flags --${first} and --${second} are mutually exclusive: you can only set one of them.`);
  }
  const { workingDirectory, report, settings } = context;
  const deprecations = settings.deprecationWarnings;
  const project = openProject({ workingDirectory, file: flags.file, report, deprecations });
  return { ...project, image: imageWish(flags, context) };
}

function imageWish(flags: ProjectFlags, context: CommandContext): ImageWish {
  const base = flags["base-image"];
  const cog = flags["use-cog-base-image"];
  const cuda = flags["use-cuda-base-image"];
  return {
    ...(base !== undefined && { base }),
    ...(cog !== undefined && cog !== "false" && { cogBaseRegistry: cogBaseRegistry(context) }),
    ...(cuda !== undefined && cuda !== "auto" && { cudaBase: cuda === "true" }),
    ...(flags.dockerfile !== undefined && {
      dockerfile: dockerfileAt(resolve(context.workingDirectory, flags.dockerfile)),
    }),
  };
}

function dockerfileAt(path: string): string {
  if (existsSync(path)) return path;
  throw new UserError("dockerfile.not_found", `--dockerfile: ${path} does not exist`);
}

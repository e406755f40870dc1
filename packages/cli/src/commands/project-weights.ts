/** Managed weights of a project that is to be built or run. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import type { ImageWeights } from "@cog/core/wire";
import type { Prepared } from "#engines";
import { type WeightPlaces, weightMounts } from "#launch";
import { ignoreRules, type Project } from "#project";
import type { Reporter } from "#report";
import type { Settings } from "#settings";
import type { Mounts } from "#weights";
import type { CommandContext } from "./command.ts";

/** @throws UserError when weights.lock does not say what cog.yaml says, or this machine lacks a file */
export async function mustHaveWeights(
  { config: { weights = [] }, directory: projectDirectory }: Project,
  { cacheDirectory }: Settings,
): Promise<void> {
  if (weights.length === 0) return;
  const { localWeights } = await import("#weights");
  await localWeights({ projectDirectory, weights, cacheDirectory });
}

/** What an image says of them, by weights.lock. @throws UserError when it does not say what cog.yaml says */
export async function imageWeights(
  { config: { weights = [] }, directory }: Project,
  report: Reporter,
): Promise<ImageWeights["weights"]> {
  if (weights.length === 0) return [];
  const { mustBeInSync, projectSources, readLock } = await import("#weights");
  const lock = readLock(directory);
  mustBeInSync(weights, lock);
  const { ignores } = await ignoreRules(directory);
  const uris = weights.flatMap(({ sources }) => sources.map(({ uri }) => uri));
  for (const path of new Set(projectSources(uris)))
    if (existsSync(join(directory, path)) && !ignores(path) && !ignores(`${path}/file`))
      report.warn(
        `${path} is where weights come from, and becomes part of the image, too: add ${path} to .dockerignore`,
      );
  return (lock?.weights ?? []).map(({ name, target, setDigest }) => ({ name, target, setDigest }));
}

/** For a command, which may be there to mend just what is wrong with them. */
export async function weightsOrWarning(
  prepared: Prepared,
  { settings, report }: Pick<CommandContext, "settings" | "report">,
): Promise<Mounts | undefined> {
  try {
    return await weightMounts(prepared, { places: weightPlaces(settings) }, { report });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    report.warn(`The command runs without the weights of cog.yaml: ${error.message}`);
    return undefined;
  }
}

export function weightPlaces({ cacheDirectory, weights: { copies } }: Settings): WeightPlaces {
  return { cacheDirectory, copies };
}

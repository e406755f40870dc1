/** The story of `cog weights fetch`: which weights, from which repository, to which root. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemCodeOf, UserError } from "@cog/core/errors";
import { IMAGE_WEIGHTS_FILE } from "@cog/core/wire";
import { parseReference, type Reference, RegistryError } from "#registry";
import { fetchWeights, type NeededWeight, parseImageWeights } from "#weights";
import type { CommandContext } from "./command.ts";
import { UsageError } from "./usage.ts";
import { tellingOf } from "./weighing.ts";
import { tellExperimental, withRegistries } from "./weight-registries.ts";
import type { FetchFlags } from "./weights.ts";

export async function fetchCommand(
  flags: FetchFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { settings, workingDirectory } = context;
  tellExperimental(context);
  if (flags.to === undefined)
    throw new UsageError(
      "--to is missing: what is put before every target",
      "weights fetch",
      "In an image it is /: cog weights fetch --to /",
    );
  const root = resolve(workingDirectory, flags.to);
  const weights = chosen(neededWeights(root, context), names);
  const place = placeOf(flags.repository ?? settings.weights.repository);
  return await withRegistries(context, async ({ open }) => {
    const repository = await open(place);
    const model = place.digest ?? place.tag;
    const { sharedCache: cacheDirectory } = settings.weights;
    await fetchWeights({ weights, repository, model, root, cacheDirectory }, tellingOf(context, flags));
    return 0;
  });
}

/** Of the first place that has it: as the image's own server looks for it, then below the root that is filled. */
function neededWeights(root: string, { settings, workingDirectory }: CommandContext): readonly NeededWeight[] {
  const { file } = settings.weights;
  const usual = [
    join(workingDirectory, IMAGE_WEIGHTS_FILE),
    join(root, "src", IMAGE_WEIGHTS_FILE),
    join(root, IMAGE_WEIGHTS_FILE),
  ];
  const places = file === undefined ? usual : [resolve(workingDirectory, file)];
  for (const path of places) {
    const text = readText(path);
    if (text !== undefined) return parseImageWeights(text, path);
  }
  throw new UserError("weights.image", `Nothing says which weights to fetch: there is no ${places.join(", no ")}`, {
    hint: "Images that cog builds have it where cog.yaml lists weights.",
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT" || systemCodeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function placeOf(text: string | undefined): Reference {
  const hint = "Set COG_WEIGHTS_REPO, or --repository, to what 'model' in cog.yaml was when they were imported.";
  if (text === undefined)
    throw new UserError("weights.no_model", "Nothing says which repository the weights are in", { hint });
  try {
    return parseReference(text);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UserError("weights.no_model", error.message, { cause: error, hint });
  }
}

function chosen(weights: readonly NeededWeight[], names: readonly string[]): readonly NeededWeight[] {
  const unknown = names.filter((name) => !weights.some((weight) => weight.name === name));
  if (unknown.length === 0) return names.length === 0 ? weights : weights.filter(({ name }) => names.includes(name));
  const quoted = unknown.map((name) => `"${name}"`).join(", ");
  throw new UserError("weights.unknown", `weight ${quoted} is none of the image`, {
    hint: `It has: ${weights.map(({ name }) => name).join(", ")}`,
  });
}

/**
 * The label with the list of installed packages. It is known only when the image is there, and depends on all layers but
 * those of the project's files: while these are the ones of the image before, its list is right and nothing is asked.
 */
import { withoutCredentials } from "@cog/core/redact";
import { type Image, outputInImage } from "#docker";
import type { BuildContext } from "./context.ts";
import { FREEZE_LABEL } from "./labels.ts";
import type { Recipe } from "./recipe.ts";

/** What the list was in the image that had the name before; none when there was no such image. */
export function knownPackages(previous: Image | undefined): Readonly<Record<string, string>> {
  const known = previous?.labels[FREEZE_LABEL];
  return known === undefined ? {} : { [FREEZE_LABEL]: known };
}

/** Whether the previous image's list is right for this one too. */
export function hasSamePackages(image: Image, previous: Image | undefined, { projectLayers }: Recipe): boolean {
  if (previous?.labels[FREEZE_LABEL] === undefined || projectLayers === undefined) return false;
  const environment = image.layers.slice(0, image.layers.length - projectLayers);
  return environment.length > 0 && environment.every((layer, index) => previous.layers[index] === layer);
}

/** One argument holds 128 KiB; a longer list of packages is rather left out than the image. */
const LONGEST_ARGUMENT = 128 * 1024 - 1;

/** The label. Empty where there is no list to put in it, since the image may have an older one by now. */
export async function installedPackages(id: string, context: BuildContext): Promise<Readonly<Record<string, string>>> {
  const { exitCode, stdout } = await outputInImage(id, ["python", "-m", "pip", "freeze"], context);
  const packages = withoutCredentials(stdout.trimEnd());
  if (exitCode !== 0) {
    context.report.warn("pip freeze does not work in this image; the list of packages is left out.");
    return { [FREEZE_LABEL]: "" };
  }
  if (Buffer.byteLength(`${FREEZE_LABEL}=${packages}`) < LONGEST_ARGUMENT) return { [FREEZE_LABEL]: packages };
  context.report.warn("The list of installed packages is too long for a label; it is left out.");
  return { [FREEZE_LABEL]: "" };
}

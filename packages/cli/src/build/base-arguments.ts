import { inspectImage, qualifiedName } from "#docker";
import type { BaseImage } from "#plan";
import type { BuildContext } from "./context.ts";

/**
 * The base image in place of the Dockerfile's, for builders that need to be told where a short name is from. One that
 * is on this machine is meant as it is: `my-base`, built here, is in no registry.
 */
export async function baseArguments(
  { image }: BaseImage,
  { tool, signal }: BuildContext,
): Promise<Readonly<Record<string, string>>> {
  const name = qualifiedName(image);
  if (tool === "docker" || name === image || (await inspectImage(image, { tool, signal })) !== undefined) return {};
  return { COG_BASE: name };
}

/** The configuration of an image in a registry: its labels and variables, without its layers. */
import { isJsonObject } from "@cog/core/json";
import type { ImageConfig } from "#deploy";
import { configText, type ImagePlace, imageIn, manifestText, objectIn } from "#push";

/** What most machines run, first. */
const ARCHITECTURES = ["amd64", "arm64"] as const;

/** @param manifest of the image, or an index that names it. Undefined when it leads to no image. */
export async function readImageConfig(manifest: string, place: ImagePlace): Promise<ImageConfig | undefined> {
  const [listed] = ARCHITECTURES.flatMap((architecture) => imageIn(manifest, { os: "linux", architecture }) ?? []);
  const image = listed === undefined ? manifest : await manifestText(listed.digest, place);
  if (!isJsonObject(objectIn(image)?.["config"])) return undefined;
  const config = objectIn(await configText(image, place))?.["config"];
  const { Labels: labels, Env: environment } = isJsonObject(config) ? config : {};
  return {
    labels: isJsonObject(labels)
      ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
      : {},
    environment: Array.isArray(environment) ? environment.map(String) : [],
  };
}

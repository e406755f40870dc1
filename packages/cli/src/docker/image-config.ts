/** What an image of an engine says of itself, as a registry would keep it: settings, layers, and how they came to be. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { docker } from "./command.ts";
import type { ImageOptions } from "./images.ts";

/** The document as text; undefined when there is no such image. */
export async function imageConfig(name: string, options: ImageOptions): Promise<string | undefined> {
  const { tool = "docker" } = options;
  const args = tool === "buildah" ? ["inspect", "--type", "image", name] : ["image", "inspect", name];
  const { exitCode, stdout } = await docker(args, options);
  if (exitCode !== 0) return undefined;
  const read = JSON.parse(stdout) as Json;
  const image = Array.isArray(read) ? read[0] : read;
  if (!isJsonObject(image)) return undefined;
  if (tool === "buildah") return JSON.stringify(image["OCIv1"]);
  const layers = memberOf(image["RootFS"], "Layers");
  const diffIds = Array.isArray(layers) ? layers : [];
  const history = tool === "podman" ? image["History"] : await historyOf(name, diffIds.length, options);
  return JSON.stringify({
    architecture: image["Architecture"],
    ...(image["Variant"] ? { variant: image["Variant"] } : {}),
    os: image["Os"],
    created: image["Created"],
    config: image["Config"],
    rootfs: { type: "layers", diff_ids: diffIds },
    ...(history !== undefined && { history }),
  });
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

/** Steps that make a layer even where nothing is in it. */
const MAKES_LAYER =
  /^(?:\|\d+ .*)?(?:RUN|COPY|ADD|WORKDIR)\b|^\/bin\/sh -c (?!#\(nop\))|#\(nop\) (?:COPY|ADD|WORKDIR)\b/;

/** Docker tells sizes and not which steps made layers; undefined where that cannot be found out. */
async function historyOf(name: string, layers: number, options: ImageOptions): Promise<JsonObject[] | undefined> {
  const format = ["--no-trunc", "--human=false", "--format", "{{json .}}"];
  const { stdout } = await docker(["history", ...format, name], options);
  const steps = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonObject)
    .reverse();
  const filled = steps.filter(({ Size }) => Size !== "0").length;
  const makes = ({ Size, CreatedBy }: JsonObject) =>
    Size !== "0" || (filled < layers && MAKES_LAYER.test(String(CreatedBy)));
  if (steps.filter(makes).length !== layers) return undefined;
  return steps.map((step) => ({
    created: new Date(String(step["CreatedAt"])).toISOString(),
    created_by: String(step["CreatedBy"]),
    ...(step["Comment"] ? { comment: step["Comment"] } : {}),
    ...(makes(step) ? {} : { empty_layer: true }),
  }));
}

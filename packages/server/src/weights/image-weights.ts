/** What the image says of the weights that its model needs. */
import { readFileSync } from "node:fs";
import { CogError, messageOf, systemCodeOf } from "@cog/core/errors";
import { isJsonObject, type Json } from "@cog/core/json";
import { IMAGE_WEIGHTS_FILE, type ImageWeights } from "@cog/core/wire";

/** Images of Cog have it below /src, which is where the server runs; its draft has it at the root. */
const PLACES = [IMAGE_WEIGHTS_FILE, `/${IMAGE_WEIGHTS_FILE}`];

export type NeededWeight = Pick<ImageWeights["weights"][number], "name" | "target">;

/** Of the first place that has the file; undefined where none has. @throws CogError when it cannot be understood */
export function readImageWeights(file: string | undefined): readonly NeededWeight[] | undefined {
  for (const path of file === undefined ? PLACES : [file]) {
    const text = readText(path);
    if (text !== undefined) return parse(text, path);
  }
  return undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT" || systemCodeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function parse(text: string, path: string): readonly NeededWeight[] {
  const wrong = (why: string) => new CogError("weights.image", `${path} does not say which weights there are: ${why}`);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw wrong(messageOf(error));
  }
  const weights = isJsonObject(value) ? value["weights"] : undefined;
  if (!Array.isArray(weights)) throw wrong("it has no list of weights");
  return weights.map((weight: Json) => {
    const { name, target } = isJsonObject(weight) ? weight : {};
    if (typeof name !== "string" || typeof target !== "string") throw wrong("one of them has no name or no target");
    return { name, target };
  });
}

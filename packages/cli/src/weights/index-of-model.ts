/** The index that a model is pushed as: it names its weights by the digests of their manifests. */
import { isJsonObject } from "@cog/core/json";
import { WEIGHT_ANNOTATIONS } from "@cog/core/wire";
import { RegistryError } from "#registry";
import { parsed } from "./artifact.ts";
import { asking, type WeightRepository } from "./repository.ts";

/** Digest of the weight's manifest; undefined where there is no such model, or it has no such weight. @param model a tag or a digest */
export async function findInIndex(
  repository: WeightRepository,
  model: string,
  { name, setDigest }: { readonly name: string; readonly setDigest: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  return await asking(repository, "cannot look for weights in", async () => {
    const found = await repository.registry.getManifest(repository.repository, model, { signal });
    if (found === undefined) return undefined;
    const index = parsed(
      found.bytes,
      (why) => new RegistryError("not-a-registry", `its manifest cannot be read: ${why}`),
    );
    const manifests = isJsonObject(index) ? index["manifests"] : undefined;
    for (const one of Array.isArray(manifests) ? manifests : []) {
      const { digest, annotations } = isJsonObject(one) ? one : {};
      if (typeof digest !== "string" || !isJsonObject(annotations)) continue;
      if (annotations[WEIGHT_ANNOTATIONS.name] === name && annotations[WEIGHT_ANNOTATIONS.setDigest] === setDigest)
        return digest;
    }
    return undefined;
  });
}

/** A weight as a registry has it: its manifest, and the list of its files, which is the manifest's config. */
import { CogError, messageOf } from "@cog/core/errors";
import { isJsonObject, type Json } from "@cog/core/json";
import {
  type LockedFile,
  type LockedLayer,
  type LockedWeight,
  WEIGHT_ANNOTATIONS,
  WEIGHT_ARTIFACT_TYPE,
} from "@cog/core/wire";
import { type Manifest, OCI_MANIFEST } from "#registry";
import { JsonMembers } from "./json-members.ts";
import { asking, type WeightRepository } from "./repository.ts";
import { setDigestOf } from "./set-digest.ts";
import { sum } from "./sum.ts";

/** What there is to know of a weight without its sources. */
export type WeightArtifact = Omit<LockedWeight, "sources" | "importedAt">;

/** Of a manifest's list of files: held in memory. */
const MOST_CONFIG_BYTES = 256 * 1024 * 1024;

export function isWeightManifest(manifest: Json): boolean {
  return isJsonObject(manifest) && manifest["artifactType"] === WEIGHT_ARTIFACT_TYPE;
}

/** Undefined where there is nothing of that name. @param reference a tag or a digest */
export async function findArtifact(
  repository: WeightRepository,
  reference: string,
  signal: AbortSignal,
): Promise<WeightArtifact | undefined> {
  return await asking(repository, `cannot read weight ${reference} of`, async () => {
    const found = await repository.registry.getManifest(repository.repository, reference, { signal });
    return found && (await readArtifact(repository, found, signal));
  });
}

/** @throws CogError when it is no weight, or its list of files is not that of its set digest */
export async function readArtifact(
  repository: WeightRepository,
  { bytes, descriptor }: Manifest,
  signal: AbortSignal,
): Promise<WeightArtifact> {
  const { digest } = descriptor;
  const wrong = (why: string) =>
    new CogError("weights.artifact", `${repository.name}@${digest} is not a weight: ${why}`, {
      hint: `'cog weights list ${repository.name}' lists what are.`,
    });
  const read = new JsonMembers(wrong);
  const manifest = read.object(parsed(bytes, wrong), "");
  if (!isWeightManifest(manifest))
    throw wrong(
      descriptor.mediaType === OCI_MANIFEST ? "it is another kind of artifact" : "it is an image or an index",
    );
  const config = read.object(manifest["config"], "config");
  const list = read.object(
    parsed(
      await configBytes(repository, { digest: read.digest(config, "digest", "config") }, { signal, wrong }),
      wrong,
    ),
    "its list of files",
  );
  const layers = read.list(manifest, "layers", "").map((layer, index): LockedLayer => {
    const at = `layers[${index}]`;
    const given = read.object(layer, at);
    const { annotations } = given;
    const size = isJsonObject(annotations) ? Number(annotations[WEIGHT_ANNOTATIONS.sizeUncompressed] ?? 0) : 0;
    return {
      digest: read.digest(given, "digest", at),
      mediaType: read.text(given, "mediaType", at),
      size: read.bytes(given, "size", at),
      sizeUncompressed: Number.isSafeInteger(size) ? size : 0,
    };
  });
  const known = new Set(layers.map((layer) => layer.digest));
  const files = read.list(list, "files", "").map((file, index): LockedFile => {
    const at = `files[${index}]`;
    const given = read.object(file, at);
    const layer = read.digest(given, "layer", at);
    if (!known.has(layer)) throw wrong(`${at}.layer is none of the layers`);
    return {
      path: read.path(given, "path", at),
      size: read.bytes(given, "size", at),
      digest: read.digest(given, "digest", at),
      layer,
    };
  });
  const setDigest = read.digest(list, "setDigest", "");
  if (setDigestOf(files) !== setDigest) throw wrong("its files are not those of its set digest");
  return {
    name: read.text(list, "name", ""),
    target: read.text(list, "target", ""),
    digest,
    setDigest,
    size: sum(files.map(({ size }) => size)),
    sizeCompressed: sum(layers.map(({ size }) => size)),
    files,
    layers,
  };
}

type Wrong = (why: string) => Error;

async function configBytes(
  { registry, repository }: WeightRepository,
  blob: { readonly digest: string },
  { signal, wrong }: { readonly signal: AbortSignal; readonly wrong: Wrong },
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of registry.openBlob(repository, blob, { signal })) {
    size += part.length;
    if (size > MOST_CONFIG_BYTES) throw wrong("its list of files has no end");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function parsed(bytes: Uint8Array, wrong: Wrong): Json {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Json;
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

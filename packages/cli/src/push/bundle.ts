/** A model in a registry: an index, which names its image and its weights. */
import { CogError, UserError } from "@cog/core/errors";
import { type LockedWeight, WEIGHT_ANNOTATIONS, WEIGHT_ARTIFACT_TYPE } from "@cog/core/wire";
import pMap from "p-map";
import type { ContainerTool } from "#docker";
import { type Descriptor, DOCKER_LIST, OCI_INDEX, type Registry, RegistryError } from "#registry";
import type { Access } from "./access.ts";
import type { PushContext } from "./context.ts";
import { explainRefusal } from "./failure.ts";
import { type Pushed, pushAs } from "./push-image.ts";

export interface PushedBundle {
  readonly model: Pushed;
  readonly image: Pushed;
  readonly weights: readonly { readonly name: string; readonly pushed: Pushed }[];
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Tags of this kind are kept for Cog. */
const IMAGE_TAG = "cog-image.";
const LONGEST_TAG = 128;

/** The tag under which a registry keeps the image of a model. */
export function imageTag(modelTag: string): string {
  return `${IMAGE_TAG}${modelTag}`.slice(0, LONGEST_TAG);
}

/** `linux/arm64/v8` */
export function platformOf(text: string): Platform {
  const [os = "linux", architecture = "amd64", variant] = text.split("/");
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** A weight, and the manifest by which the registry has it. */
export interface BundledWeight {
  readonly weight: LockedWeight;
  readonly manifest: Descriptor;
}

/** The very bytes of the index: the same for the same image and weights. Who pulls it gets what has a platform. */
export function bundleIndex(image: Descriptor, platform: Platform, weights: readonly BundledWeight[]): Uint8Array {
  const { mediaType, size, digest } = image;
  const manifests = [{ mediaType, size, digest, platform }, ...weights.map(weightDescriptor)];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}

/**
 * An index with another image for a platform and these weights; whatever else it names stays, but for facts about the
 * build of the image that is gone.
 */
export function exchanged(index: string, { before, image, platform, weights }: Exchange): Uint8Array {
  const document = JSON.parse(index) as { readonly manifests: readonly Descriptor[] };
  const others = document.manifests.filter(
    ({ artifactType, annotations }) =>
      artifactType !== WEIGHT_ARTIFACT_TYPE && annotations?.["vnd.docker.reference.digest"] !== before,
  );
  const { mediaType, size, digest } = image;
  const manifests = others.map((one) => (one.digest === before ? { ...one, mediaType, size, digest } : one));
  const all = [...manifests, ...weights.map(weightDescriptor)];
  if (all.some((one) => one.digest === digest)) return Buffer.from(JSON.stringify({ ...document, manifests: all }));
  return bundleIndex(image, platform, weights);
}

export interface Exchange {
  /** The digest of the image that goes. */
  readonly before: string;
  readonly image: Descriptor;
  readonly platform: Platform;
  readonly weights: readonly BundledWeight[];
}

function weightDescriptor({ weight, manifest: { mediaType, size, digest } }: BundledWeight): Descriptor {
  return {
    mediaType,
    size,
    digest,
    annotations: {
      [WEIGHT_ANNOTATIONS.name]: weight.name,
      [WEIGHT_ANNOTATIONS.setDigest]: weight.setDigest,
      [WEIGHT_ANNOTATIONS.sizeUncompressed]: String(weight.size),
    },
    platform: { architecture: "unknown", os: "unknown" },
    artifactType: WEIGHT_ARTIFACT_TYPE,
  };
}

export type WeightSearch = Pick<PushContext, "target" | "signal"> & {
  readonly access: Pick<Access, "registry" | "credentialsFrom">;
  /** Absent: nobody but us pushes. */
  readonly tool?: ContainerTool | undefined;
};

/** @throws UserError for a weight that the registry does not have: nothing is pushed then */
export async function findWeights(
  weights: readonly LockedWeight[],
  { target, access: { registry, credentialsFrom }, tool, signal }: WeightSearch,
): Promise<BundledWeight[]> {
  if (weights.length === 0) return [];
  if (registry === undefined) {
    const message = `${target.host} can be reached by ${tool} only, which knows nothing of weights`;
    throw new UserError("push.weights", message, {
      hint: "Give Cog the same way there: HTTPS_PROXY, NO_PROXY, COG_CA_CERT, COG_INSECURE_REGISTRIES.",
    });
  }
  return await pMap(weights, async (weight): Promise<BundledWeight> => {
    const { name, digest } = weight;
    const manifest = await registry.headManifest(target.repository, digest, { signal }).catch((error: unknown) => {
      if (!(error instanceof RegistryError)) throw error;
      throw explainRefusal(error.failure, error.message, { target, tool, credentialsFrom });
    });
    if (manifest?.digest === digest) return { weight, manifest };
    const reference = `${target.repositoryName}@${digest}`;
    const what = manifest === undefined ? "not found in registry" : `is ${manifest.digest} in the registry`;
    throw new UserError(
      "push.weights",
      `weight "${name}" ${what} (${reference}); run 'cog weights import' to push weights first`,
    );
  });
}

export interface BundleRequest {
  /** The model's. */
  readonly tag: string;
  readonly platform: Platform;
  readonly weights: readonly BundledWeight[];
  readonly registry: Registry;
}

/**
 * The image first, under a tag of its own, then the index at the model's tag. Whoever pulls the model gets the image.
 */
export async function pushBundle(
  { tag, platform, weights, registry }: BundleRequest,
  context: PushContext,
): Promise<PushedBundle> {
  const { target, access, signal, tool } = context;
  const { credentialsFrom } = access;
  const name = `${target.repositoryName}:${imageTag(tag)}`;
  const digest = await pushAs(name, imageTag(tag), context);
  try {
    const image = await imageIn(registry, target.repository, digest, signal);
    const bytes = bundleIndex(image, platform, weights);
    const put = { bytes, mediaType: OCI_INDEX, reference: tag };
    const model = await registry.putManifest(target.repository, put, { signal });
    const named = (of: Descriptor): Pushed => ({
      digest: of.digest,
      reference: `${target.repositoryName}@${of.digest}`,
    });
    return {
      model: named(model),
      image: named(image),
      weights: weights.map(({ weight: { name }, manifest }) => ({ name, pushed: named(manifest) })),
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw explainRefusal(error.failure, error.message, { target, tool, credentialsFrom });
  }
}

/** Engines that keep images as registries do push an index of their own, with facts about the build in it. */
async function imageIn(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<Descriptor> {
  const pushed = await registry.headManifest(repository, digest, { signal });
  if (pushed === undefined) throw new RegistryError("not-found", `${registry.host} has no ${repository}@${digest}`);
  if (pushed.mediaType !== OCI_INDEX && pushed.mediaType !== DOCKER_LIST) return pushed;
  const index = await registry.getManifest(repository, digest, { signal });
  const { manifests = [] } = JSON.parse(Buffer.from(index?.bytes ?? "{}").toString("utf8")) as {
    readonly manifests?: readonly Descriptor[];
  };
  const image = manifests.find(({ platform }) => platform?.os === "linux");
  if (image === undefined) throw new CogError("push.failed", `${repository}@${digest} holds no image of linux`);
  return image;
}

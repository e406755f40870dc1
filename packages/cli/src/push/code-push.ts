/**
 * A push of code alone: the image that is in the registry, with another layer for the code and what it says of itself
 * renewed. No engine, no container, and nothing of the other layers is sent where they are already.
 */
import { join } from "node:path";
import { ENVIRONMENT_LABEL, PUSH_ID_LABEL } from "@cog/core/wire";
import {
  type Artifact,
  type Blob,
  bytesBlob,
  canonicalDiffId,
  type Descriptor,
  digestOf,
  fileBlob,
  OCI_INDEX,
  OCI_MANIFEST,
  pushArtifact,
  type Registry,
  type TreeEntry,
  writeCanonicalLayer,
} from "#registry";
import { type BundledWeight, bundleIndex, exchanged, imageTag, type Platform } from "./bundle.ts";
import { type CodeBase, findBase, type NoBase } from "./code-base.ts";
import {
  type CodeLayer,
  type CodeSettings,
  diffIdsOf,
  hasBelow,
  type ImageDocuments,
  labelsOf,
  manifestOf,
  saysTheSame,
  withCode,
  withSettings,
} from "./code-image.ts";
import type { PushContext } from "./context.ts";
import { hiddenFiles } from "./hidden-files.ts";
import type { LastPush } from "./last-push.ts";
import { pushProgress } from "./progress.ts";
import { newPushId } from "./push-id.ts";
import type { Pushed } from "./push-image.ts";
import { remoteBlob } from "./remote-blob.ts";
import { withScratch } from "./scratch.ts";

/** The project's code, and what its image says of itself. */
export interface CodeToPush {
  readonly environment: { readonly digest: string; readonly parts: Readonly<Record<string, string>> };
  readonly settings: CodeSettings;
  /** Labels that are others at every push. */
  readonly passingLabels: readonly string[];
  readonly bigFiles: readonly string[];
  readonly fileTime: number;
  entries(without: readonly string[]): Promise<readonly TreeEntry[]>;
}

export interface CodePushRequest {
  readonly code: CodeToPush;
  readonly platform: Platform;
  readonly weights: readonly BundledWeight[];
  readonly last: LastPush | undefined;
  readonly others: readonly LastPush[];
  /** The user wants this and nothing else. */
  readonly insists: boolean;
  readonly open: (host: string, repository: string) => Promise<Registry>;
}

export interface CodePushContext extends Pick<PushContext, "target" | "report" | "onEvent" | "signal"> {
  readonly registry: Registry;
  readonly concurrency: number;
}

export type CodePushOutcome =
  /** `last` is absent for an image that does not say what it is made of. */
  | { readonly kind: "pushed" | "up-to-date"; readonly pushed: PushedCode; readonly last: LastPush | undefined }
  | { readonly kind: "impossible"; readonly why: NoBase };

export interface PushedCode {
  readonly model: Pushed | undefined;
  readonly image: Pushed;
  readonly weights: readonly { readonly name: string; readonly pushed: Pushed }[];
  /** Of the image's config: its id for engines. */
  readonly id: string;
  /** As a registry keeps it. */
  readonly sizeBytes: number;
}

export async function pushCode(request: CodePushRequest, context: CodePushContext): Promise<CodePushOutcome> {
  const { target, registry, signal } = context;
  const { environment } = request.code;
  const base = await findBase({
    ...{ ...request, environment, target, registry, signal },
    config: request.code.settings.labels["run.cog.config"],
  });
  if (base.found === undefined) return { kind: "impossible", why: base.why };
  const { found, atTag } = base;
  return await withScratch(async (scratch) => await pushOn({ base: found, atTag, scratch, request, context }));
}

interface Work {
  readonly base: CodeBase;
  /** What was under the tag when the push began. */
  readonly atTag: string | undefined;
  readonly scratch: string;
  readonly request: CodePushRequest;
  readonly context: CodePushContext;
}

async function pushOn(work: Work): Promise<CodePushOutcome> {
  const { base, context, atTag } = work;
  const { report, target } = context;
  if (base.envDigest === undefined)
    report.warn(
      `The image of ${target.name} was built by another Cog: that it has all that the code needs is not checked`,
    );
  const code = await packed(await entriesOn(work), work);
  const image = withChanges(code, work);
  const documents = documentsOf(image, work);
  const { digest } = documents.index ?? documents.manifest;
  const isUpToDate = digest === atTag;
  if (!isUpToDate) await send(documents, { image, layer: code.layer }, work);
  const pushed = pushedOf(documents, image, work);
  const last = base.envDigest === undefined ? undefined : lastOf(documents, image, code, work);
  return { kind: isUpToDate ? "up-to-date" : "pushed", pushed, last };
}

interface PackedCode {
  readonly diffId: string;
  /** Undefined when the image has it. */
  readonly layer: (CodeLayer & { readonly path: string }) | undefined;
}

/** From here on it takes as long as people want to know what is done, and as is worth a look whether it need be. */
const MUCH_BYTES = 16 * 1024 * 1024;

async function packed(entries: readonly TreeEntry[], { base, scratch, request, context }: Work): Promise<PackedCode> {
  const { report, signal } = context;
  const known = base.codeDigest ?? diffIdsOf(base.image)[base.place.index];
  const path = join(scratch, "code");
  const options = { time: request.code.fileTime, signal };
  const pack = async (): Promise<PackedCode> => {
    const layer = await writeCanonicalLayer(entries, path, options);
    const { diffId } = layer;
    return { diffId, layer: diffId === known ? undefined : { ...layer, path } };
  };
  const bytes = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  if (bytes < MUCH_BYTES) return await pack();
  const diffId = await canonicalDiffId(entries, options);
  if (diffId === known) return { diffId, layer: undefined };
  const step = report.step("Packing the code...");
  try {
    const result = await pack();
    step.done();
    return result;
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}

/** The very image where it has the code and says what it should. */
function withChanges({ layer }: PackedCode, { base, request }: Work): ImageDocuments {
  const { settings: wanted, passingLabels } = request.code;
  const own = Object.entries(wanted.labels).filter(
    ([name]) => base.envDigest !== undefined || name !== ENVIRONMENT_LABEL,
  );
  const passing = [...passingLabels, PUSH_ID_LABEL];
  const before = Object.entries(labelsOf(base.image)).filter(([name]) => passing.includes(name));
  const lasting = own.filter(([name]) => !passing.includes(name));
  const asBefore = { ...wanted, labels: Object.fromEntries([...lasting, ...before]) };
  if (layer === undefined && saysTheSame(base.image, asBefore)) return base.image;
  const settings = { ...wanted, labels: { ...Object.fromEntries(own), [PUSH_ID_LABEL]: newPushId() } };
  if (layer === undefined) return withSettings(base.image, settings);
  return withCode(base.image, { layer, place: base.place, settings });
}

function lastOf({ manifest, index }: Documents, image: ImageDocuments, { diffId }: PackedCode, work: Work): LastPush {
  const { target } = work.context;
  const { environment } = work.request.code;
  return {
    ref: `${target.repositoryName}:${target.tag ?? "latest"}`,
    digest: (index ?? manifest).digest,
    ...(index !== undefined && { index: index.bytes.toString("utf8") }),
    manifestDigest: manifest.digest,
    codeLayerIndex: work.base.place.index,
    codeDigest: diffId,
    envDigest: environment.digest,
    environment: environment.parts,
    ...image,
  };
}

/** Big files have a layer below the code in our images, and in the reference's where they were asked to have one. */
async function entriesOn({ base, request, context }: Work): Promise<readonly TreeEntry[]> {
  const { bigFiles, entries } = request.code;
  const isOurs = base.envDigest !== undefined;
  const own = await entries(bigFiles.filter((path) => isOurs || hasBelow(base.image, base.place, path)));
  const { hidden } = base.place;
  if (hidden === undefined) return own;
  const { registry, repository } = base.from ?? { registry: context.registry, repository: context.target.repository };
  const layer = manifestOf(base.image).layers[hidden];
  return layer === undefined ? own : await hiddenFiles(own, registry.openBlob(repository, layer, context), layer);
}

interface Document extends Descriptor {
  readonly bytes: Buffer;
}

interface Documents {
  readonly manifest: Document;
  readonly index: Document | undefined;
}

/** What is put into the registry: the image, and the index where the target is a model, or is one already. */
function documentsOf(image: ImageDocuments, { base, request, context }: Work): Documents {
  const { platform, weights } = request;
  const manifest = documentOf(Buffer.from(image.manifest), manifestOf(image).mediaType ?? OCI_MANIFEST);
  if (base.index !== undefined) {
    const change = { before: base.manifestDigest, image: manifest, platform, weights };
    const bytes = Buffer.from(exchanged(base.index, change));
    const { mediaType = OCI_INDEX } = JSON.parse(bytes.toString("utf8")) as { readonly mediaType?: string };
    return { manifest, index: documentOf(bytes, mediaType) };
  }
  if (context.target.kind === "image") return { manifest, index: undefined };
  return { manifest, index: documentOf(Buffer.from(bundleIndex(manifest, platform, weights)), OCI_INDEX) };
}

function documentOf(bytes: Buffer, mediaType: string): Document {
  return { bytes, mediaType, digest: digestOf(bytes), size: bytes.length };
}

interface Sent {
  readonly image: ImageDocuments;
  readonly layer: PackedCode["layer"];
}

async function send({ manifest, index }: Documents, { image, layer }: Sent, work: Work): Promise<void> {
  const { context, atTag } = work;
  const { target, registry, report, signal, concurrency, onEvent } = context;
  const { repository, tag = "latest" } = target;
  const step = report.step(`Pushing the code to ${target.name}...`);
  try {
    const progress = pushProgress({ report, onEvent });
    const carried = carriedLayers(image, layer === undefined, work);
    progress.expect([...carried, ...(layer === undefined ? [] : [layer])].map(({ digest }) => digest));
    progress.show(step);
    const blobs: Blob[] = [
      { source: bytesBlob(Buffer.from(image.config)) },
      ...(layer === undefined ? [] : [{ source: fileBlob(layer.path, layer) }]),
      ...carried.map(({ from, ...descriptor }) => remoteBlob(descriptor, from, context)),
    ];
    const { bytes, mediaType } = manifest;
    const ownTag = target.kind === "model" ? imageTag(tag) : undefined;
    const artifact: Artifact = {
      ...{ blobs, manifest: bytes, mediaType, tag: index === undefined ? tag : ownTag },
      beforeManifest: async () => await tellIfMoved(atTag, context),
    };
    await pushArtifact(registry, repository, artifact, { signal, concurrency, onProgress: progress.tell });
    if (index !== undefined) await registry.putManifest(repository, { ...index, reference: tag }, { signal });
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}

/** Those that the target's repository does not have, since the image comes from another. */
function carriedLayers(image: ImageDocuments, withCodeLayer: boolean, { base: { from, place } }: Work) {
  if (from === undefined) return [];
  const { layers } = manifestOf(image);
  return layers.slice(0, withCodeLayer ? layers.length : place.index).map((layer) => ({ ...layer, from }));
}

/** Registries cannot be told to replace only what they were asked about. */
async function tellIfMoved(atTag: string | undefined, { registry, target, report, signal }: CodePushContext) {
  const { repository, tag = "latest", name } = target;
  const now = await registry.headManifest(repository, tag, { signal });
  if (now?.digest === atTag) return;
  report.warn(`Somebody else pushed ${name} meanwhile (${now?.digest ?? "it is gone"}); this push takes its place.`);
}

function pushedOf({ manifest, index }: Documents, image: ImageDocuments, { request, context }: Work): PushedCode {
  const { repositoryName, kind } = context.target;
  const named = ({ digest }: Pick<Descriptor, "digest">): Pushed => ({
    digest,
    reference: `${repositoryName}@${digest}`,
  });
  const { config, layers } = manifestOf(image);
  const weights = request.weights.map(({ weight: { name }, manifest: weight }) => ({ name, pushed: named(weight) }));
  return {
    model: kind === "model" && index !== undefined ? named(index) : undefined,
    image: named(kind === "image" && index !== undefined ? index : manifest),
    weights,
    id: config.digest,
    sizeBytes: [config, ...layers].reduce((sum, { size }) => sum + size, 0),
  };
}

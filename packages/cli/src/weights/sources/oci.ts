/**
 * What a registry has: another model's weight, an artifact whose layers are files (as `oras push` makes them), or the files of
 * an image. Of the first two the digests are in the manifest; files of an image are read to know them.
 */
import { createReadStream } from "node:fs";
import { UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";
import { type Manifest, OCI_MANIFEST, type Reference } from "#registry";
import { isWeightManifest, parsed, readArtifact } from "../artifact.ts";
import { byPath } from "../bytes-order.ts";
import { JsonMembers } from "../json-members.ts";
import { asking, type WeightRepository } from "../repository.ts";
import { pathProblem } from "../safe-path.ts";
import type { StoredFile } from "../store.ts";
import { archiveEntries } from "../unpack.ts";
import { applyLayer, type ImageFiles } from "./image-files.ts";
import type { Inventory, Source, SourceContext, SourceFile } from "./source.ts";
import type { SourceUri } from "./uri.ts";

export type OpenRepository = (place: Pick<Reference, "host" | "repository">) => Promise<WeightRepository>;

type Wanted = (path: string) => boolean;

/** What a layer that is one file is called by. */
const TITLE = "org.opencontainers.image.title";

export function ociSource(uri: Extract<SourceUri, { readonly scheme: "oci" }>, openRepository: OpenRepository): Source {
  const opened = openRepository(uri.reference);
  opened.catch(() => undefined); // told to whoever asks first
  let manifest: Promise<Manifest> | undefined;
  const found = async ({ signal }: SourceContext) => {
    manifest ??= resolve(uri, await opened, signal);
    return await manifest;
  };
  return {
    uri: uri.normal,
    fingerprint: async (context) => (await found(context)).descriptor.digest,
    inventory: async (wanted, context): Promise<Inventory> => {
      const repository = await opened;
      const manifest = await found(context);
      return await asking(repository, "cannot import weights from", async () => {
        const files = await filesOf({ uri, repository, manifest }, wanted, context);
        return { fingerprint: manifest.descriptor.digest, files: [...files].sort(byPath) };
      });
    },
  };
}

/** Of an index the image for Linux on AMD64, which is what models run on. */
async function resolve(
  uri: Extract<SourceUri, { readonly scheme: "oci" }>,
  repository: WeightRepository,
  signal: AbortSignal,
): Promise<Manifest> {
  const { tag = "latest", digest } = uri.reference;
  return await asking(repository, "cannot import weights from", async () => {
    const get = async (reference: string) =>
      await repository.registry.getManifest(repository.repository, reference, { signal });
    const found = await get(digest ?? tag);
    if (found === undefined) throw refused(uri, `${repository.name} has no ${digest ?? tag}`);
    const wrong = (why: string) => refused(uri, `its manifest cannot be read: ${why}`);
    const { manifests } = new JsonMembers(wrong).object(parsed(found.bytes, wrong), "");
    if (!Array.isArray(manifests)) return found;
    const chosen = manifests.find((one) => isJsonObject(one) && isUsual(one));
    const named = isJsonObject(chosen) ? chosen["digest"] : undefined;
    const inner = typeof named === "string" ? await get(named) : undefined;
    if (inner !== undefined) return inner;
    throw refused(uri, "it is an index without an image for linux/amd64", "Name the digest of one of its manifests.");
  });
}

function isUsual({ platform }: JsonObject): boolean {
  return isJsonObject(platform) && platform["os"] === "linux" && platform["architecture"] === "amd64";
}

interface Found {
  readonly uri: Extract<SourceUri, { readonly scheme: "oci" }>;
  readonly repository: WeightRepository;
  readonly manifest: Manifest;
}

async function filesOf(found: Found, wanted: Wanted, context: SourceContext): Promise<readonly SourceFile[]> {
  const { uri, manifest } = found;
  const wrong = (why: string) => refused(uri, `its manifest cannot be read: ${why}`);
  const read = new JsonMembers(wrong);
  const document = read.object(parsed(manifest.bytes, wrong), "");
  if (isWeightManifest(document)) return await filesOfWeight(found, wanted, context);
  const layers = read.list(document, "layers", "").map((layer, index): Layer => {
    const at = `layers[${index}]`;
    const given = read.object(layer, at);
    const { annotations } = given;
    const title = isJsonObject(annotations) ? annotations[TITLE] : undefined;
    return {
      digest: read.digest(given, "digest", at),
      size: read.bytes(given, "size", at),
      mediaType: read.text(given, "mediaType", at),
      title: typeof title === "string" ? title : undefined,
    };
  });
  if (layers.length > 0 && layers.every(({ title }) => title !== undefined))
    return filesThatAreLayers(found, layers, wanted);
  return await filesOfImage(found, layers, wanted, context);
}

interface Layer extends StoredFile {
  readonly mediaType: string;
  readonly title: string | undefined;
}

async function filesOfWeight(
  { repository, manifest }: Found,
  wanted: Wanted,
  { signal }: SourceContext,
): Promise<readonly SourceFile[]> {
  const { files, layers } = await readArtifact(repository, manifest, signal);
  const unpacked = new Map<string, Promise<void>>();
  return files
    .filter(({ path }) => wanted(path))
    .map(({ path, size, digest, layer: named }) => ({
      path,
      size,
      digest,
      open: async function* (context) {
        const layer = layers.find((one) => one.digest === named);
        // All files of a layer come with the first of them.
        const before = unpacked.get(named) ?? (layer && unpack(repository, layer, wanted, context));
        if (before !== undefined) unpacked.set(named, before);
        await before;
        yield* createReadStream(context.store.pathOf(digest), { signal: context.signal });
      },
    }));
}

async function unpack(
  repository: WeightRepository,
  layer: Omit<Layer, "title">,
  wanted: Wanted,
  context: SourceContext,
): Promise<void> {
  for await (const { path, kind, content } of archiveEntries(contentOf(repository, layer, context), layer))
    if (kind === "file" && wanted(path)) await context.store.put(content, { what: `${path} in layer ${layer.digest}` });
}

function filesThatAreLayers(
  { uri, repository }: Found,
  layers: readonly Layer[],
  wanted: Wanted,
): readonly SourceFile[] {
  return layers.flatMap(({ title = "", size, digest }) => {
    if (!wanted(title)) return [];
    const problem = pathProblem(title);
    if (problem !== undefined) throw refused(uri, `the name ${JSON.stringify(title)} cannot be used: ${problem}`);
    return [{ path: title, size, digest, open: (context) => contentOf(repository, { digest, size }, context) }];
  });
}

/** Layer by layer, as a container would see them in the end. */
async function filesOfImage(
  { uri, repository, manifest }: Found,
  layers: readonly Layer[],
  wanted: Wanted,
  context: SourceContext,
): Promise<readonly SourceFile[]> {
  if (manifest.descriptor.mediaType === OCI_MANIFEST && layers.length === 0) throw refused(uri, "it has no layers");
  let files: ImageFiles = new Map();
  for (const layer of layers) {
    const entries = archiveEntries(contentOf(repository, layer, context), {
      ...layer,
      // Docker's own name for the same.
      mediaType: layer.mediaType.endsWith("tar.gzip") ? "application/vnd.oci.image.layer.v1.tar+gzip" : layer.mediaType,
    });
    files = await applyLayer(files, entries, {
      wanted,
      keep: async (path, content) => await context.store.put(content, { what: `${path} in layer ${layer.digest}` }),
    });
  }
  return [...files].map(([path, file]) => {
    if (file.kind === "other") throw refused(uri, `${path} is ${file.what}`, "Leave it out with exclude.");
    const problem = pathProblem(path);
    if (problem !== undefined) throw refused(uri, `the name ${JSON.stringify(path)} cannot be used: ${problem}`);
    const { digest, size } = file;
    return { path, digest, size, open: ({ store, signal }) => createReadStream(store.pathOf(digest), { signal }) };
  });
}

function contentOf(
  { registry, repository }: WeightRepository,
  blob: StoredFile,
  { signal }: SourceContext,
): AsyncIterable<Uint8Array> {
  return registry.openBlob(repository, { digest: blob.digest, size: blob.size }, { signal });
}

function refused({ normal }: { readonly normal: string }, why: string, hint?: string): UserError {
  return new UserError("weights.source", `Cannot import ${normal}: ${why}`, { hint });
}

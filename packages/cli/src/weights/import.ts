/** The story of `cog weights import`: what is new, fetch it, pack it, write weights.lock, push it. */
import type { WeightConfig } from "@cog/core/config";
import { type LockedWeight, WEIGHTS_LOCK_VERSION, type WeightsLock } from "@cog/core/wire";
import pMap from "p-map";
import { withProjectLock } from "#build";
import { type BlobProgress, bytesBlob, pushArtifact, pushBlobs } from "#registry";
import type { Reporter } from "#report";
import { changeOf } from "./drift.ts";
import { fingerprintsOf, type Gathered, gather, ingest, sourcesOf } from "./gather.ts";
import type { PackedLayer, Packing } from "./layer.ts";
import { readLock, writeLock } from "./lock.ts";
import { objectsOf, weightTag } from "./objects.ts";
import { filesIn, lockedWeight, packAgain, packFiles, withScratch } from "./pack.ts";
import { envelopeFormat } from "./packing.ts";
import { lockedSources, planImport, planLines, type WeightPlan } from "./plan.ts";
import { asking, presentLayers, type WeightRepository } from "./repository.ts";
import { setDigestOf } from "./set-digest.ts";
import { weightSize } from "./size-text.ts";
import type { SourceSettings } from "./sources/open.ts";
import type { Source } from "./sources/source.ts";
import { WeightStore } from "./store.ts";

export interface ImportRequest {
  /** All of cog.yaml. */
  readonly weights: readonly WeightConfig[];
  /** Those to import. */
  readonly chosen: readonly WeightConfig[];
  readonly sources: SourceSettings;
  readonly cacheDirectory: string;
  /** `.cog/`, which the lock between commands is in. */
  readonly stateDirectory: string;
  readonly repository: WeightRepository;
  /** How many layers are sent at a time. */
  readonly concurrency: number;
  readonly verbose: boolean;
}

export interface Telling {
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** What was found out without changing anything. */
export interface ImportPlan {
  readonly items: readonly Item[];
  readonly lock: WeightsLock | undefined;
}

interface Item {
  readonly plan: WeightPlan;
  readonly sources: readonly Source[];
  /** Of what is new or changed. */
  readonly gathered: Gathered | undefined;
}

export async function planWeights(request: ImportRequest, { report, signal }: Telling): Promise<ImportPlan> {
  const store = new WeightStore(request.cacheDirectory);
  await store.sweep();
  const lock = readLock(request.sources.projectDirectory);
  const context = { store, signal };
  const items: Item[] = [];
  for (const weight of request.chosen) {
    const sources = sourcesOf(weight, request.sources);
    const locked = lock?.weights.find(({ name }) => name === weight.name);
    const comparable = locked !== undefined && changeOf(weight, locked) === undefined;
    const quick = comparable ? await fingerprintsOf(sources, context) : [];
    const isSame = comparable && quick.every((one, index) => one === locked.sources[index]?.fingerprint);
    const gathered = isSame ? undefined : await gather(weight, sources, context);
    const fingerprints = gathered?.fingerprints ?? quick.map((one) => one ?? "");
    const [plan] = planImport([weight], lock, new Map([[weight.name, fingerprints]]));
    if (plan === undefined) continue;
    for (const line of planLines(plan)) report.info(line);
    const files = gathered?.files ?? plan.locked?.files ?? [];
    report.info(`  files: ${files.length}  size: ${weightSize(sum(files.map(({ size }) => size)))}`);
    if (request.verbose) for (const { path, size } of files) report.info(`    ${path}  ${weightSize(size)}`);
    items.push({ plan, sources, gathered });
  }
  return { items, lock };
}

/** An entry, and those of its layers that the registry may lack. */
interface Built {
  readonly entry: LockedWeight;
  readonly layers: readonly PackedLayer[];
}

export async function importWeights(
  request: ImportRequest,
  { items, lock }: ImportPlan,
  telling: Telling,
): Promise<void> {
  const { repository, cacheDirectory } = request;
  const { report, signal } = telling;
  const store = new WeightStore(cacheDirectory);
  await withScratch(cacheDirectory, async (scratchDirectory) => {
    const packing: Packing = { store, scratchDirectory, signal };
    const known = items.flatMap(({ plan: { locked } }) => locked ?? []);
    const present = await presentOf(repository, known, signal);
    const isWhole = ({ plan: { status, locked } }: Item) =>
      status === "unchanged" &&
      locked !== undefined &&
      present.manifests.has(locked.digest) &&
      locked.layers.every(({ digest }) => present.layers.has(digest));
    const toBuild = items.filter((item) => !isWhole(item));
    const step = toBuild.length === 0 ? undefined : report.step(`Building ${toBuild.length} weight(s)...`);
    const built: Built[] = [];
    try {
      for (const item of items) {
        const { locked } = item.plan;
        if (isWhole(item) && locked !== undefined) built.push({ entry: locked, layers: [] });
        else
          built.push(
            await build(item, { packing, present, say: (what) => step?.update(`${item.plan.weight.name}: ${what}`) }),
          );
      }
      step?.done();
    } catch (error) {
      step?.fail({ interrupted: signal.aborted });
      throw error;
    }
    await updateLock(request, { built, before: lock }, telling);
    await push(request, built, telling);
  });
}

/** Digests of what the registry has, or gets from us for certain. */
interface Present {
  readonly layers: ReadonlySet<string>;
  readonly manifests: ReadonlySet<string>;
}

/** Manifests are asked for only where they are another tool's: its bytes cannot be made again here. */
async function presentOf(
  repository: WeightRepository,
  entries: readonly LockedWeight[],
  signal: AbortSignal,
): Promise<Present> {
  const layers = await presentLayers(
    repository,
    entries.flatMap((entry) => entry.layers),
    signal,
  );
  const isThere = async ({ digest }: LockedWeight) =>
    (await repository.registry.headManifest(repository.repository, digest, { signal })) !== undefined;
  const manifests = await asking(repository, "cannot look for weights in", async () => {
    const there = await pMap(entries, async (entry) => isOurs(entry) || (await isThere(entry)), { concurrency: 8 });
    return entries.filter((_, index) => there[index]).map(({ digest }) => digest);
  });
  return { layers, manifests: new Set(manifests) };
}

function isOurs(entry: LockedWeight): boolean {
  return objectsOf(entry).digest === entry.digest;
}

interface Building {
  readonly packing: Packing;
  readonly present: Present;
  readonly say: (what: string) => void;
}

async function build(item: Item, { packing, present, say }: Building): Promise<Built> {
  const { plan, sources } = item;
  const { weight, locked } = plan;
  const context = { store: packing.store, signal: packing.signal };
  const { files, fingerprints } = item.gathered ?? (await gather(weight, sources, context));
  say("fetching");
  await ingest(files, context, ({ path }) => say(`fetched ${path}`));
  const newEntry = { weight, sources: lockedSources(weight, fingerprints), importedAt: new Date().toISOString() };
  if (locked !== undefined && locked.setDigest === setDigestOf(files)) {
    // The same files: their layers stay, whoever packed them, as long as they can be had.
    const kept = { ...newEntry, files: locked.files, layers: locked.layers };
    const isKept = plan.status === "unchanged" && present.manifests.has(locked.digest);
    const entry = isKept ? locked : lockedWeight(kept);
    const missing = locked.layers.filter(({ digest }) => !present.layers.has(digest));
    if (missing.length === 0) return { entry, layers: [] };
    say("packing");
    const again = await packAgain({ ...locked, layers: missing }, packing);
    if (again.every(({ digest }) => missing.some((layer) => layer.digest === digest))) return { entry, layers: again };
  }
  say("packing");
  const layers = await packFiles(files, packing);
  return { entry: lockedWeight({ ...newEntry, files: filesIn(layers), layers: layers.map(described) }), layers };
}

function described({ digest, mediaType, size, sizeUncompressed }: PackedLayer): LockedWeight["layers"][number] {
  return { digest, mediaType, size, sizeUncompressed };
}

interface Update {
  readonly built: readonly Built[];
  readonly before: WeightsLock | undefined;
}

/** Another command may have written it meanwhile: only what was imported, and what cog.yaml no longer has, changes. */
async function updateLock(
  request: ImportRequest,
  { built, before }: Update,
  { report, signal }: Telling,
): Promise<void> {
  const { stateDirectory, weights, sources } = request;
  const onWait = () => report.info("Waiting for another command in this project to finish...");
  await withProjectLock(stateDirectory, { signal, onWait }, async () => {
    const now = readLock(sources.projectDirectory);
    const entries = new Map(now?.weights.map((entry) => [entry.name, entry]));
    const imported = new Map(built.map(({ entry }) => [entry.name, entry]));
    const isNew = built.some(({ entry }) => !before?.weights.includes(entry));
    const next = weights.flatMap(({ name }) => imported.get(name) ?? entries.get(name) ?? []);
    const isSame =
      next.length === (now?.weights.length ?? 0) && next.every((entry) => sameEntry(entry, entries.get(entry.name)));
    if (isSame && now !== undefined) return;
    writeLock(sources.projectDirectory, {
      version: WEIGHTS_LOCK_VERSION,
      envelopeFormat: isNew || now === undefined ? envelopeFormat(process.versions.zlib) : now.envelopeFormat,
      weights: next,
    });
  });
}

/** When it was imported is no part of what it is. */
function sameEntry(a: LockedWeight, b: LockedWeight | undefined): boolean {
  return b !== undefined && JSON.stringify({ ...a, importedAt: "" }) === JSON.stringify({ ...b, importedAt: "" });
}

async function push(request: ImportRequest, built: readonly Built[], { report, signal }: Telling): Promise<void> {
  const { repository, concurrency, verbose } = request;
  const step = report.step(`Pushing ${built.length} weight(s) to ${repository.name}...`);
  const total = sum(built.flatMap(({ layers }) => layers.map(({ size }) => size)));
  const complete = new Map<string, number>();
  try {
    for (const { entry, layers } of built) {
      const { config, manifest, mediaType } = objectsOf(entry);
      const blobs = layers.map((layer) => ({ source: layer, mediaType: layer.mediaType }));
      const sending = {
        signal,
        concurrency,
        onProgress: (progress: BlobProgress) => {
          complete.set(progress.digest, progress.state === "uploading" ? progress.complete : progress.total);
          const done = Math.min(sum([...complete.values()]), total);
          step.update(`${entry.name}: ${weightSize(done)} of ${weightSize(total)}`, total && done / total);
          if (verbose && progress.state !== "uploading")
            report.info(`  layer ${progress.digest}  ${weightSize(progress.total)}  ${progress.state}`);
        },
      };
      await asking(repository, "cannot push weights to", async () => {
        const { registry, repository: path } = repository;
        // The manifest of another tool is there already, and ours would be another.
        if (!isOurs(entry)) return await pushBlobs(registry, path, blobs, sending);
        const artifact = {
          blobs: [...blobs, { source: bytesBlob(config) }],
          manifest,
          mediaType,
          tag: weightTag(entry),
        };
        await pushArtifact(registry, path, artifact, sending);
      });
    }
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
  report.info(`Imported ${built.length} weight artifact(s) to ${repository.name}`);
  report.info(`Total: ${weightSize(sum(built.map(({ entry }) => entry.sizeCompressed)))}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

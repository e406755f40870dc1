/** The story of `cog weights import`: what is new, fetch it, pack it, write weights.lock, push it. */
import type { WeightConfig } from "@cog/core/config";
import { type LockedWeight, WEIGHTS_LOCK_FILE, WEIGHTS_LOCK_VERSION, type WeightsLock } from "@cog/core/wire";
import { withProjectLock } from "#build";
import { type Built, buildEntry, type Item } from "./build-entry.ts";
import { changeOf } from "./drift.ts";
import { fingerprintsOf, gather, sourcesOf } from "./gather.ts";
import type { Packing } from "./layer.ts";
import { readLock, writeLock } from "./lock.ts";
import { withScratch } from "./pack.ts";
import { envelopeFormat } from "./packing.ts";
import { planImport, planLines } from "./plan.ts";
import { type PushOptions, pushEntries } from "./push.ts";
import { type Present, presentOf } from "./repository.ts";
import { weightSize } from "./size-text.ts";
import type { SourceSettings } from "./sources/open.ts";
import { WeightStore } from "./store.ts";
import { sum } from "./sum.ts";
import { type Telling, weightEvent } from "./telling.ts";

export interface ImportRequest extends Omit<PushOptions, "repository"> {
  /** Absent: nothing is pushed, and no registry asked. */
  readonly repository: PushOptions["repository"] | undefined;
  /** All of cog.yaml. */
  readonly weights: readonly WeightConfig[];
  /** Those to import. */
  readonly chosen: readonly WeightConfig[];
  readonly sources: SourceSettings;
  readonly cacheDirectory: string;
  /** `.cog/`, which the lock between commands is in. */
  readonly stateDirectory: string;
}

/** What was found out without changing anything. */
export interface ImportPlan {
  readonly items: readonly Item[];
  readonly lock: WeightsLock | undefined;
}

export async function planWeights(request: ImportRequest, { report, signal, emit }: Telling): Promise<ImportPlan> {
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
    const size = sum(files.map((file) => file.size));
    report.info(`  files: ${files.length}  size: ${weightSize(size)}`);
    const { status, changed } = plan;
    emit?.({ event: "plan", name: weight.name, target: weight.target, status, changed, fileCount: files.length, size });
    if (request.verbose) for (const { path, size } of files) report.info(`    ${path}  ${weightSize(size)}`);
    items.push({ plan, sources, gathered });
  }
  return { items, lock };
}

export async function importWeights(
  request: ImportRequest,
  { items, lock }: ImportPlan,
  telling: Telling,
): Promise<void> {
  const { repository, cacheDirectory } = request;
  const { report, signal, emit } = telling;
  const store = new WeightStore(cacheDirectory);
  await withScratch(cacheDirectory, async (scratchDirectory) => {
    const packing: Packing = { store, scratchDirectory, signal };
    const known = items.flatMap(({ plan: { locked } }) => locked ?? []);
    const present = repository === undefined ? allOf(known) : await presentOf(repository, known, signal);
    const cached = await cachedOf(known, store);
    const wholeEntry = ({ plan: { status, locked } }: Item): LockedWeight | undefined => {
      if (status !== "unchanged" || locked === undefined || !cached.has(locked.name)) return undefined;
      const isThere =
        present.manifests.has(locked.digest) && locked.layers.every(({ digest }) => present.layers.has(digest));
      return isThere ? locked : undefined;
    };
    const toBuild = items.filter((item) => wholeEntry(item) === undefined);
    const step = toBuild.length === 0 ? undefined : report.step(`Building ${toBuild.length} weight(s)...`);
    const built: Built[] = [];
    try {
      for (const item of items) {
        const entry = wholeEntry(item);
        const say = (what: string) => step?.update(`${item.plan.weight.name}: ${what}`);
        const building = { packing, present, say, emit };
        built.push(entry === undefined ? await buildEntry(item, building) : { entry, layers: [] });
      }
      step?.done();
    } catch (error) {
      step?.fail({ interrupted: signal.aborted });
      throw error;
    }
    await updateLock(request, { built, before: lock }, telling);
    if (repository !== undefined)
      return await pushEntries(built, { ...request, repository, done: "Imported" }, telling);
    for (const { entry } of built) emit?.(weightEvent(entry, "imported"));
    report.info(`Imported ${built.length} weight(s) into ${WEIGHTS_LOCK_FILE}; 'cog weights push' sends them.`);
  });
}

/** Without a registry, layers are what weights.lock says: nobody needs them before they are pushed. */
function allOf(entries: readonly LockedWeight[]): Present {
  return {
    layers: new Set(entries.flatMap(({ layers }) => layers.map(({ digest }) => digest))),
    manifests: new Set(entries.map(({ digest }) => digest)),
  };
}

/** Names of those that can run here as they are. */
async function cachedOf(entries: readonly LockedWeight[], store: WeightStore): Promise<ReadonlySet<string>> {
  const missing = await Promise.all(entries.map(({ files }) => store.missing(files)));
  return new Set(entries.filter((_, index) => missing[index]?.length === 0).map(({ name }) => name));
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

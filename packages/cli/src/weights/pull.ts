/** The story of `cog weights pull`: the files of weights.lock that are not on this machine, from the registry. */
import { UserError } from "@cog/core/errors";
import type { LockedWeight } from "@cog/core/wire";
import { noLock, readLock } from "./lock.ts";
import { layersOf, pullLayers } from "./pull-layers.ts";
import type { WeightRepository } from "./repository.ts";
import { weightSize } from "./size-text.ts";
import { WeightStore } from "./store.ts";
import { sum } from "./sum.ts";
import { type Telling, weightEvent } from "./telling.ts";

export interface PullRequest {
  readonly projectDirectory: string;
  /** Of the weights to pull. */
  readonly names: readonly string[];
  readonly cacheDirectory: string;
  readonly repository: WeightRepository;
  readonly verbose: boolean;
}

export async function pullWeights(request: PullRequest, telling: Telling): Promise<void> {
  const { projectDirectory, cacheDirectory, names } = request;
  const { report } = telling;
  const lock = readLock(projectDirectory);
  if (lock === undefined) throw noLock();
  const unknown = names.filter((name) => !lock.weights.some((entry) => entry.name === name));
  if (unknown.length > 0) {
    const quoted = unknown.map((name) => `"${name}"`).join(", ");
    throw new UserError(
      "weights.not_imported",
      `weight ${quoted} not found in weights.lock (run 'cog weights import' first)`,
    );
  }
  const store = new WeightStore(cacheDirectory);
  await store.sweep();
  const pulled: Pulled[] = [];
  for (const entry of lock.weights.filter(({ name }) => names.includes(name)))
    pulled.push(await pullWeight(entry, store, request, telling));
  const fetched = pulled.filter(({ layers }) => layers > 0);
  if (fetched.length === 0) return report.info(`All ${pulled.length} weight(s) already cached.`);
  const total = (key: keyof Pulled) => sum(fetched.map((one) => one[key]));
  report.info(
    `Pulled ${weightSize(total("bytes"))} across ${total("files")} file(s) / ${total("layers")} layer(s) for ${fetched.length} weight(s); ${pulled.length - fetched.length} already cached.`,
  );
}

interface Pulled {
  readonly bytes: number;
  readonly files: number;
  readonly layers: number;
}

async function pullWeight(
  entry: LockedWeight,
  store: WeightStore,
  request: PullRequest,
  { report, signal, emit }: Telling,
): Promise<Pulled> {
  const { name, files } = entry;
  const missing = await store.missing(files);
  if (missing.length === 0) {
    report.info(`Pulling ${name}... cached (${files.length}/${files.length} files)`);
    emit?.(weightEvent(entry, "cached"));
    return { bytes: 0, files: 0, layers: 0 };
  }
  const step = report.step(`Pulling ${name}... (${missing.length} file(s))`);
  const layers = layersOf(entry, missing);
  let stored: readonly number[];
  try {
    stored = await pullLayers(entry, layers, {
      store,
      repository: request.repository,
      signal,
      onProgress: ({ layer, files }, read, total) => {
        step.update(`${weightSize(read)} of ${weightSize(total)}`, total === 0 ? undefined : read / total);
        if (request.verbose && files !== undefined)
          report.info(`  layer ${layer.digest}  ${weightSize(layer.size)}  ${files} file(s)`);
      },
      emit,
    });
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    signal.throwIfAborted();
    throw error;
  }
  const bytes = sum(stored);
  step.done();
  report.info(`Pulling ${name}... done (${weightSize(bytes)}, ${stored.length} file(s), ${layers.length} layer(s))`);
  emit?.(weightEvent(entry, "pulled"));
  return { bytes, files: stored.length, layers: layers.length };
}

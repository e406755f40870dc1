/** The story of `cog weights pull`: the files of weights.lock that are not on this machine, from the registry. */
import { CogError, UserError } from "@cog/core/errors";
import type { LockedLayer, LockedWeight } from "@cog/core/wire";
import pMap from "p-map";
import { readLock } from "./lock.ts";
import { asking, type WeightRepository } from "./repository.ts";
import { weightSize } from "./size-text.ts";
import { WeightStore } from "./store.ts";
import { sum } from "./sum.ts";
import type { Telling } from "./telling.ts";
import { unpackLayer } from "./unpack.ts";

export interface PullRequest {
  readonly projectDirectory: string;
  /** Of the weights to pull. */
  readonly names: readonly string[];
  readonly cacheDirectory: string;
  readonly repository: WeightRepository;
  readonly verbose: boolean;
}

/** Layers of a weight that are fetched at a time. */
const LAYERS = 4;

export async function pullWeights(request: PullRequest, telling: Telling): Promise<void> {
  const { projectDirectory, cacheDirectory, names } = request;
  const { report } = telling;
  const lock = readLock(projectDirectory);
  if (lock === undefined)
    throw new UserError("weights.no_lock", "weights.lock not found (run 'cog weights import' first)");
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
  { report, signal }: Telling,
): Promise<Pulled> {
  const { name, files } = entry;
  const missing = await store.missing(files);
  if (missing.length === 0) {
    report.info(`Pulling ${name}... cached (${files.length}/${files.length} files)`);
    return { bytes: 0, files: 0, layers: 0 };
  }
  const wanted = new Set(missing.map(({ layer }) => layer));
  const layers = entry.layers.filter(({ digest }) => wanted.has(digest));
  const step = report.step(`Pulling ${name}... (${missing.length} file(s))`);
  const total = sum(layers.map(({ size }) => size));
  let read = 0;
  const onRead = (bytes: number) => {
    read += bytes;
    step.update(`${weightSize(read)} of ${weightSize(total)}`, total === 0 ? undefined : read / total);
  };
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  let stored: readonly number[] = [];
  try {
    stored = await pMap(
      layers,
      async (layer) => {
        const sizes = await pullLayer(entry, layer, { store, repository: request.repository, signal: until, onRead });
        if (request.verbose) report.info(`  layer ${layer.digest}  ${weightSize(layer.size)}  ${sizes.length} file(s)`);
        return sizes;
      },
      { concurrency: LAYERS },
    ).then((all) => all.flat());
  } catch (error) {
    failed.abort();
    step.fail({ interrupted: signal.aborted });
    signal.throwIfAborted();
    throw error;
  }
  const bytes = sum(stored);
  step.done();
  report.info(`Pulling ${name}... done (${weightSize(bytes)}, ${stored.length} file(s), ${layers.length} layer(s))`);
  return { bytes, files: stored.length, layers: layers.length };
}

interface LayerPull {
  readonly store: WeightStore;
  readonly repository: WeightRepository;
  readonly signal: AbortSignal;
  readonly onRead: (bytes: number) => void;
}

/** Read once, and all of its files kept. Returns their sizes. */
async function pullLayer(
  { name, files }: LockedWeight,
  layer: LockedLayer,
  { store, repository, signal, onRead }: LayerPull,
): Promise<readonly number[]> {
  const { registry, repository: path } = repository;
  const expected = new Map(files.filter((file) => file.layer === layer.digest).map((file) => [file.path, file]));
  const wrong = (why: string) => new CogError("weights.layer", `layer ${layer.digest} of weight "${name}" ${why}`);
  return await asking(repository, `cannot pull weight "${name}" from`, async () => {
    const content = counted(registry.openBlob(path, layer, { signal }), onRead);
    const sizes: number[] = [];
    for await (const file of unpackLayer(content, layer)) {
      const locked = expected.get(file.path);
      if (locked === undefined) throw wrong(`holds ${file.path}, which weights.lock does not name`);
      expected.delete(file.path);
      await store.put(file.content, { ...locked, what: `${file.path} in layer ${layer.digest}` });
      sizes.push(locked.size);
    }
    const [absent] = expected.keys();
    if (absent !== undefined) throw wrong(`lacks ${absent}`);
    return sizes;
  });
}

async function* counted(
  content: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    onRead(bytes.length);
    yield bytes;
  }
}

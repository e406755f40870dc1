/** The story of `cog weights push`: what weights.lock names, from the store to the registry. The sources are not asked. */
import { CogError, UserError } from "@cog/core/errors";
import type { LockedWeight } from "@cog/core/wire";
import type { Built } from "./build-entry.ts";
import type { Packing } from "./layer.ts";
import { packAgain, withScratch } from "./pack.ts";
import { type PushOptions, pushEntries } from "./push.ts";
import { type Present, presentOf } from "./repository.ts";
import { WeightStore } from "./store.ts";
import type { Telling } from "./telling.ts";

export interface PushAgainRequest extends PushOptions {
  readonly entries: readonly LockedWeight[];
  readonly cacheDirectory: string;
}

export async function pushWeights(request: PushAgainRequest, telling: Telling): Promise<void> {
  const { entries, repository, cacheDirectory } = request;
  const { signal, report } = telling;
  const present = await presentOf(repository, entries, signal);
  await withScratch(cacheDirectory, async (scratchDirectory) => {
    const packing: Packing = { store: new WeightStore(cacheDirectory), scratchDirectory, signal };
    const built: Built[] = [];
    for (const entry of entries) {
      const step = report.step(`Packing ${entry.name}...`);
      try {
        built.push({ entry, layers: await missingLayers(entry, present, packing) });
        step.done();
      } catch (error) {
        step.fail({ interrupted: signal.aborted });
        throw error;
      }
    }
    await pushEntries(built, { ...request, done: "Pushed" }, telling);
  });
}

const HINT = "Run 'cog weights import', which packs it anew and writes weights.lock.";

async function missingLayers(entry: LockedWeight, present: Present, packing: Packing): Promise<Built["layers"]> {
  const { name } = entry;
  if (!present.manifests.has(entry.digest))
    throw new UserError(
      "weights.layer",
      `the manifest of weight "${name}" was made by another tool, and is not there`,
      {
        hint: HINT,
      },
    );
  const missing = entry.layers.filter(({ digest }) => !present.layers.has(digest));
  const wanted = new Set(missing.map(({ digest }) => digest));
  const [absent] = await packing.store.missing(entry.files.filter(({ layer }) => wanted.has(layer)));
  if (absent !== undefined) {
    throw new UserError("weights.not_cached", `weight "${name}" is not fully cached locally (missing ${absent.path})`, {
      hint: "Run 'cog weights import' to fetch it from its sources.",
    });
  }
  const packed = await packAgain({ ...entry, layers: missing }, packing);
  const other = packed.find(({ digest }) => !wanted.has(digest));
  if (other === undefined) return packed;
  throw new CogError(
    "weights.layer",
    `a layer of weight "${name}" cannot be packed again as weights.lock has it: another version of zlib packed it`,
    { hint: HINT },
  );
}

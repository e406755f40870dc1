/** The repository that keeps a model's weights: the few things that are asked of it. */
import type { LockedLayer, LockedWeight } from "@cog/core/wire";
import pMap from "p-map";
import type { Registry } from "#registry";
import { explainRegistry } from "./failure.ts";
import { isReproducible } from "./objects.ts";

export interface WeightRepository {
  readonly registry: Registry;
  /** Without the host. */
  readonly repository: string;
  /** With the host, for people. */
  readonly name: string;
}

const QUESTIONS = 8;

/** Digests of those that are there. @throws CogError when the registry does not say */
export async function presentLayers(
  repository: WeightRepository,
  layers: readonly Pick<LockedLayer, "digest">[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const digests = [...new Set(layers.map(({ digest }) => digest))];
  return await asking(repository, "cannot look for weights in", async () => {
    const present = await pMap(
      digests,
      async (digest) => (await repository.registry.headBlob(repository.repository, digest, { signal })) !== undefined,
      { concurrency: QUESTIONS },
    );
    return new Set(digests.filter((_, index) => present[index]));
  });
}

/** Digests of what the registry has, or gets from us for certain. */
export interface Present {
  readonly layers: ReadonlySet<string>;
  readonly manifests: ReadonlySet<string>;
}

/** Manifests are asked for only where they are another tool's: its bytes cannot be made again here. */
export async function presentOf(
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
    const there = await pMap(entries, async (entry) => isReproducible(entry) || (await isThere(entry)), {
      concurrency: QUESTIONS,
    });
    return entries.filter((_, index) => there[index]).map(({ digest }) => digest);
  });
  return { layers, manifests: new Set(manifests) };
}

export async function asking<T>(
  { registry: { host }, name }: WeightRepository,
  doing: string,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw explainRegistry(error, doing, { name, host });
  }
}

/** The repository that keeps a model's weights: the few things that are asked of it. */
import type { LockedLayer } from "@cog/core/wire";
import pMap from "p-map";
import type { Registry } from "#registry";
import { explainRegistry } from "./failure.ts";

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

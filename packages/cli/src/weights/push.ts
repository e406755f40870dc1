/** Weights on their way to the registry: of each its layers, then its manifest. */
import { type BlobProgress, bytesBlob, pushArtifact, pushBlobs } from "#registry";
import type { Built } from "./build-entry.ts";
import { isReproducible, objectsOf, weightTag } from "./objects.ts";
import { asking, type WeightRepository } from "./repository.ts";
import { weightSize } from "./size-text.ts";
import { sum } from "./sum.ts";
import { layerEvents, type Telling, weightEvent } from "./telling.ts";

export interface PushOptions {
  readonly repository: WeightRepository;
  /** How many layers are sent at a time. */
  readonly concurrency: number;
  readonly verbose: boolean;
}

/** @param done how it is called when it is over */
export async function pushEntries(
  built: readonly Built[],
  { repository, concurrency, verbose, done }: PushOptions & { readonly done: "Imported" | "Pushed" },
  { report, signal, emit }: Telling,
): Promise<void> {
  const tell = layerEvents(emit);
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
          // The list of files is sent like one, but is none.
          if (blobs.some(({ source }) => source.digest === progress.digest)) tell({ name: entry.name, ...progress });
          complete.set(progress.digest, progress.state === "uploading" ? progress.complete : progress.total);
          const sent = Math.min(sum([...complete.values()]), total);
          step.update(`${entry.name}: ${weightSize(sent)} of ${weightSize(total)}`, total && sent / total);
          if (verbose && progress.state !== "uploading")
            report.info(`  layer ${progress.digest}  ${weightSize(progress.total)}  ${progress.state}`);
        },
      };
      await asking(repository, "cannot push weights to", async () => {
        const { registry, repository: path } = repository;
        // The manifest of another tool is there already, and ours would be another.
        if (!isReproducible(entry)) return await pushBlobs(registry, path, blobs, sending);
        const artifact = {
          blobs: [...blobs, { source: bytesBlob(config) }],
          manifest,
          mediaType,
          tag: weightTag(entry),
        };
        await pushArtifact(registry, path, artifact, sending);
      });
      emit?.(weightEvent(entry, done === "Pushed" ? "pushed" : "imported"));
    }
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
  report.info(`${done} ${built.length} weight artifact(s) to ${repository.name}`);
  report.info(`Total: ${weightSize(sum(built.map(({ entry }) => entry.sizeCompressed)))}`);
}

/**
 * The story of `cog weights fetch`: the weights that an image names, from the repository to where its model looks for them.
 * Whoever waits there is told by marks (`marks.ts`). What is broken off at any moment goes on when it is run again.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type CogError, systemCodeOf, UserError } from "@cog/core/errors";
import type { ImageWeights } from "@cog/core/wire";
import { findArtifact, parsed, type WeightArtifact } from "./artifact.ts";
import { cleanTarget } from "./drift.ts";
import { findInIndex } from "./index-of-model.ts";
import { JsonMembers } from "./json-members.ts";
import { Marks } from "./marks.ts";
import { weightTag } from "./objects.ts";
import { placeFiles, unplaced } from "./place.ts";
import { layersOf, pullLayers } from "./pull-layers.ts";
import type { WeightRepository } from "./repository.ts";
import { weightSize } from "./size-text.ts";
import { WeightStore } from "./store.ts";
import { sum } from "./sum.ts";
import { type Telling, weightEvent } from "./telling.ts";

export type NeededWeight = ImageWeights["weights"][number];

export interface FetchRequest {
  readonly weights: readonly NeededWeight[];
  readonly repository: WeightRepository;
  /** Tag or digest of the model, whose index names the weights; absent: they are found by their own tags. */
  readonly model: string | undefined;
  /** Before every target. */
  readonly root: string;
  /** Shared by all models of this machine; absent: files are in their targets alone. */
  readonly cacheDirectory: string | undefined;
}

export async function fetchWeights(request: FetchRequest, telling: Telling): Promise<void> {
  if (request.cacheDirectory !== undefined) await new WeightStore(request.cacheDirectory).sweep();
  for (const weight of request.weights) await fetchWeight(weight, request, telling);
}

async function fetchWeight(weight: NeededWeight, request: FetchRequest, telling: Telling): Promise<void> {
  const target = join(request.root, cleanTarget(weight.target));
  const marks = new Marks(target);
  try {
    if ((await marks.readySet()) === weight.setDigest) {
      telling.report.info(`Fetching ${weight.name}... ready already`);
      telling.emit?.({ event: "weight", ...weight, state: "ready" });
      return;
    }
    await marks.begin();
    await bring(weight, { ...request, target, marks }, telling);
    await marks.finish(weight.setDigest);
  } catch (error) {
    const told = explained(error, weight, target);
    // Whoever waits shall not wait for a process that has ended. Where it cannot be written nobody reads it, either.
    const reason = telling.signal.aborted ? `fetching weight "${weight.name}" was broken off` : messageOf(told);
    await marks.fail(reason).catch(() => undefined);
    telling.signal.throwIfAborted();
    throw told;
  }
}

interface Bringing extends FetchRequest {
  readonly target: string;
  readonly marks: Marks;
}

async function bring(weight: NeededWeight, request: Bringing, { report, signal, emit }: Telling): Promise<void> {
  const { name } = weight;
  const { target, marks, repository, cacheDirectory } = request;
  const step = report.step(`Fetching ${name}...`);
  try {
    const artifact = await artifactOf(weight, request, signal);
    const missing = await unplaced(target, artifact.files, signal);
    const own = join(marks.folder, "weights");
    const store = new WeightStore(cacheDirectory ?? marks.folder);
    const layers = layersOf(artifact, await store.missing(missing));
    const stored = await pullLayers(artifact, layers, {
      store,
      repository,
      signal,
      onProgress: (_, read, total) =>
        step.update(`${weightSize(read)} of ${weightSize(total)}`, total === 0 ? undefined : read / total),
      emit,
    });
    await placeFiles(artifact.files, missing, {
      target,
      marks,
      store,
      ownsStore: cacheDirectory === undefined,
      signal,
    });
    await rm(own, { recursive: true, force: true });
    step.done();
    const said = `${weightSize(sum(stored))}, ${artifact.files.length} file(s), ${layers.length} layer(s)`;
    report.info(`Fetching ${name}... done (${said})`);
    emit?.(weightEvent(artifact, "fetched"));
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}

async function artifactOf(
  weight: NeededWeight,
  { repository, model }: FetchRequest,
  signal: AbortSignal,
): Promise<WeightArtifact> {
  const reference = model === undefined ? weightTag(weight) : await findInIndex(repository, model, weight, signal);
  const found = reference && (await findArtifact(repository, reference, signal));
  if (!found) {
    throw new UserError("weights.absent", `weight "${weight.name}" is not in ${repository.name}`, {
      hint: "Check COG_WEIGHTS_REPO, and push it there: cog weights import",
    });
  }
  if (found.setDigest === weight.setDigest) return found;
  throw new UserError(
    "weights.artifact",
    `weight "${weight.name}" in ${repository.name} has other files than the image needs: ${found.setDigest} instead of ${weight.setDigest}`,
    { hint: "Push the image again, or the weights: cog weights import" },
  );
}

const CANNOT_WRITE: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOSPC: "no space left",
  EDQUOT: "no space left",
};

function explained(error: unknown, { name }: NeededWeight, target: string): unknown {
  const why = CANNOT_WRITE[systemCodeOf(error) ?? ""];
  if (why === undefined) return error;
  return new UserError("weights.failed", `weight "${name}" cannot be written to ${target}: ${why}`, {
    cause: error,
    hint: "Mount a volume with enough space there, and one for COG_CACHE_DIR where that is set.",
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hint } = error as Partial<CogError>;
  return hint === undefined ? error.message : `${error.message}. ${hint}`;
}

/** @param text of weights.json, as images have it */
export function parseImageWeights(text: string, path: string): readonly NeededWeight[] {
  const wrong = (why: string) =>
    new UserError("weights.image", `Cannot read ${path}: ${why}`, { hint: "Build the image again: cog build" });
  const read = new JsonMembers(wrong);
  const document = read.object(parsed(Buffer.from(text), wrong), "");
  return read.list(document, "weights", "").map((weight, index) => {
    const at = `weights[${index}]`;
    const given = read.object(weight, at);
    const target = read.text(given, "target", at);
    if (!target.startsWith("/") || target.split("/").includes(".."))
      throw wrong(`${at}.target must be an absolute path`);
    return { name: read.text(given, "name", at), target, setDigest: read.digest(given, "setDigest", at) };
  });
}

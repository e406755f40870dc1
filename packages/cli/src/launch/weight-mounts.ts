/** Managed weights of a project, where a model or a command finds them for as long as it runs. */
import { existsSync } from "node:fs";
import type { Context, Prepared } from "#engines";
import type { Mounts } from "#weights";
import { keptFile } from "./kept.ts";

export interface WeightPlaces {
  readonly cacheDirectory: string;
  /** Copy what cannot be linked. */
  readonly copies: boolean;
}

export interface MountOptions {
  readonly places: WeightPlaces;
  /** The name of a model that outlives this command. */
  readonly keptAs?: string | undefined;
}

/** Undefined where there are none. Whoever asks for them removes them. */
export async function weightMounts(
  { target, inPlace }: Pick<Prepared, "target" | "inPlace">,
  { places: { cacheDirectory, copies }, keptAs }: MountOptions,
  { report }: Pick<Context, "report">,
): Promise<Mounts | undefined> {
  if (target.kind === "image") return undefined;
  const { directory, config } = target.project;
  if (config.weights === undefined || config.weights.length === 0) return undefined;
  const { mountWeights } = await import("#weights");
  return await mountWeights({
    projectDirectory: directory,
    weights: config.weights,
    cacheDirectory,
    copies,
    keptAs,
    isKept: (id) => existsSync(keptFile(cacheDirectory, id, "json")),
    shown: inPlace ? "in-place" : "elsewhere",
    warn: (message) => report.warn(message),
  });
}

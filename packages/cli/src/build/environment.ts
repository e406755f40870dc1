/**
 * All that an image is besides the project's code: what must be equal for two images to differ in their code alone. In
 * parts, so that the one that differs can be named. A base image counts by its name, as it does for builders, which do not
 * fetch one again that they have.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderDockerfile } from "#dockerfile";
import { type BuildPlan, isWeight } from "#plan";
import { openState } from "#project";
import { FileDigests } from "./file-digests.ts";
import type { SourceFile } from "./source-files.ts";

/** In `.cog/`: that of the last image that was built, so that what is another later can be named. */
export const ENVIRONMENT_FILE = "environment.json";

export interface ImageEnvironment {
  readonly digest: string;
  /** What each part is, or a digest of it, by the name that its owner knows. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface EnvironmentRequest {
  /** With its folders named by what is in them. */
  readonly plan: BuildPlan;
  readonly platform: string;
  readonly projectDirectory: string;
  readonly stateDirectory: string;
  readonly sources: readonly SourceFile[];
}

/** Undefined for images whose code is not only a copy of the project. */
export async function environmentOf(request: EnvironmentRequest): Promise<ImageEnvironment | undefined> {
  const { plan, platform } = request;
  if (plan.precompile || plan.strip) return undefined;
  const { base, caCertificate, folders, node, sdk, requirements, installer } = plan;
  const parts = {
    "the base image": base.image,
    "build.python_version": plan.python ?? plan.expectedPython ?? "",
    "the platform": platform,
    environment: hashOf(plan.environment),
    "build.system_packages": hashOf(plan.systemPackages),
    "the Python packages": hashOf([requirements, installer, requirements.length > 0 && folders.requirements]),
    "the Cog SDK": hashOf([
      node,
      node && folders.node,
      sdk.kind,
      "file" in sdk || sdk.kind === "url" ? folders.sdk : sdk,
    ]),
    "build.run": hashOf(plan.run),
    "build.user": plan.user ?? "",
    COG_CA_CERT: caCertificate ? folders.ca : "",
    weights: plan.imageWeights ?? "",
    "--separate-weights": String(plan.weightsImage !== undefined),
    "what Cog puts into images": hashOf(environmentText(plan)),
    ...(await bigFiles(request)),
  };
  return { digest: `sha256:${hashOf(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)))}`, parts };
}

/** The parts of an environment that was built from here last, if it is this one. */
export function builtParts(projectDirectory: string, digest: string): ImageEnvironment["parts"] | undefined {
  try {
    const text = readFileSync(join(openState(projectDirectory), ENVIRONMENT_FILE), "utf8");
    const built = JSON.parse(text) as ImageEnvironment;
    return built.digest === digest ? built.parts : undefined;
  } catch {
    // Nothing was built from here, or by a version that noted nothing.
    return undefined;
  }
}

/** The last is said only where it is all there is: every other part is in it, too. */
export function changedParts(before: ImageEnvironment["parts"], now: ImageEnvironment["parts"]): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = names.filter((name) => before[name] !== now[name]);
  const named = changed.filter((name) => name !== "what Cog puts into images");
  return named.length > 0 ? named : changed;
}

/** The Dockerfile without what a push of code renews: the last COPY, the labels, and what the server is told. */
function environmentText({ weightsImage, ...plan }: BuildPlan): string {
  const renewed = { purpose: "development", server: [], labels: {} } as const;
  return renderDockerfile({ ...plan, ...renewed, ...(weightsImage !== undefined && { weightsImage: "weights" }) }).text;
}

async function bigFiles(request: EnvironmentRequest): Promise<Readonly<Record<string, string>>> {
  const { plan, sources, projectDirectory, stateDirectory } = request;
  const files = sources.filter(({ path }) => isWeight(path, plan.weights));
  if (files.length === 0) return {};
  const digests = new FileDigests(stateDirectory);
  const entries: [string, string][] = [];
  for (const { path, kind } of files)
    if (kind !== "directory") entries.push([path, await digests.of(join(projectDirectory, path))]);
  digests.save();
  return Object.fromEntries(entries);
}

function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value ?? null))
    .digest("hex");
}

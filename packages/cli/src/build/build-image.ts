/** The story of `cog build`: read, plan, stage, build, label, verify. */
import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { CogError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import type { ImageWeights } from "@cog/core/wire";
import { type BuildRequest, buildImage as dockerBuild, type Image, inspectImage, TOOL_NAMES } from "#docker";
import { renderLabels } from "#dockerfile";
import { defaultImageName } from "#plan";
import { openState, type Project, writeState } from "#project";
import { buildLog } from "./build-log.ts";
import type { BuildContext } from "./context.ts";
import { ENVIRONMENT_FILE, type ImageEnvironment } from "./environment.ts";
import { explainFailure } from "./failure.ts";
import { generatedFiles, imageWeightsText } from "./generated-files.ts";
import { hasSamePackages, installedPackages, knownPackages } from "./installed-packages.ts";
import { PLATFORM, type Recipe, recipeOf } from "./recipe.ts";
import { dockerSecret } from "./secrets.ts";
import { readBuildSettings } from "./settings.ts";
import { sourceFiles } from "./source-files.ts";
import { contextName, stageContext } from "./stage.ts";
import { withBuildDirectory } from "./state-directory.ts";

export interface BuildImageRequest {
  readonly project: Project;
  /** The OpenAPI document of the model; it goes into the image and its label. Absent: the server makes its own. */
  readonly schema?: JsonObject;
  readonly cogVersion: string;
  /** `@cog.concurrent(max=N)`, read from the source. */
  readonly concurrency?: number;
  /** `-t`, in order. Empty: cog.yaml's `image`, its `model`, or a name made from the directory's. */
  readonly tags?: readonly string[];
  readonly platform?: string;
  readonly noCache?: boolean;
  /** Python files are compiled while building, not when they are first imported. */
  readonly precompile?: boolean;
  /** Debug symbols of extension modules are taken out. */
  readonly strip?: boolean;
  /** Big files also as an image of their own, NAME-weights, which this one copies them from. */
  readonly separateWeights?: boolean;
  readonly secrets?: readonly string[];
  /** Managed weights that the model needs. */
  readonly weights?: ImageWeights["weights"];
  /** Seconds since the epoch for the files of the project in the image, and for the image itself. */
  readonly timestamp?: number;
  /** Added to the image's labels, and stronger than ours. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface BuiltImage {
  readonly names: readonly string[];
  readonly id: string;
  /** As a registry knows it; only where the engine keeps images as registries do. */
  readonly digest: string | undefined;
  readonly sizeBytes: number;
  /** All that it is besides its code; only where the code is a layer that can be exchanged. */
  readonly environment: ImageEnvironment | undefined;
}

/** The name an image of the project gets when `-t` gives none. */
export function imageNameOf({ config, directory }: Project): string {
  return config.image ?? config.model ?? defaultImageName(basename(directory));
}

export async function buildImage(request: BuildImageRequest, context: BuildContext): Promise<BuiltImage> {
  const { project } = request;
  const { signal, report } = context;
  const names = request.tags?.length ? request.tags : [imageNameOf(project)];
  const [name = ""] = names;
  const secrets = (request.secrets ?? []).map((secret) => dockerSecret(secret, project.directory));
  const looking = inspectImage(name, context);
  looking.catch(() => undefined); // it is waited for below, unless something is wrong before
  const sources = await sourceFiles(project.directory);
  const recipe = await readRecipe({ request, sources, name }, context);

  const state = openState(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  return await withBuildDirectory(state, { signal, onWait }, async (directory) => {
    const step = report.step(`Building Docker image from environment in cog.yaml as ${name}...`);
    try {
      const { timestamp } = request;
      const known = contextName(project.directory, "image");
      const contextDirectory = join(directory, timestamp === undefined ? known : `context-${randomUUID()}`);
      const { linked } = await stageContext({
        contextDirectory,
        projectDirectory: project.directory,
        sources,
        weights: recipe.weights,
        files: recipe.files,
        sourceFiles: generatedFiles(request),
        ...(timestamp !== undefined && { timestamp }),
      });
      if (!linked) report.debug("the file system makes no hard links; files were copied into the build context");

      const build: Build = { names, secrets, request, recipe, contextDirectory, context };
      const previous = await looking;
      await buildWeights(build);
      let image = await buildModel(build, knownPackages(previous));
      if (!hasSamePackages(image, previous, recipe)) {
        step.update("recording the installed packages");
        image = await relabel(build, await installedPackages(image.id, context));
      }
      step.done();
      const { environment } = recipe;
      if (environment !== undefined) writeState(project, ENVIRONMENT_FILE, JSON.stringify(environment));
      return { names, id: image.id, digest: image.digest, sizeBytes: image.sizeBytes, environment };
    } catch (error) {
      step.fail();
      throw explainFailure(error, { dockerfile: recipe.dockerfile, project, tool: context.tool });
    }
  });
}

interface Reading {
  readonly request: BuildImageRequest;
  readonly sources: Parameters<typeof recipeOf>[0]["sources"];
  readonly name: string;
}

async function readRecipe({ request, sources, name }: Reading, context: BuildContext): Promise<Recipe> {
  const { project, cogVersion, schema, labels = {}, concurrency, platform } = request;
  const options = {
    ...(concurrency !== undefined && { concurrency }),
    ...(platform !== undefined && { platform }),
    ...(request.separateWeights && { weightsImage: `${name}-weights` }),
    ...(request.weights?.length && { imageWeights: imageWeightsText(request.weights) }),
    precompile: request.precompile ?? false,
    strip: request.strip ?? false,
  };
  const wanted = { project, sources, cogVersion, options, labels, ...(schema !== undefined && { schema }) };
  return await recipeOf(wanted, readBuildSettings(), context);
}

interface Build {
  readonly names: readonly string[];
  readonly secrets: readonly string[];
  readonly request: BuildImageRequest;
  readonly recipe: Recipe;
  readonly contextDirectory: string;
  readonly context: BuildContext;
}

/** Before the model's own image, which copies from this one. */
async function buildWeights({ recipe, contextDirectory, ...build }: Build): Promise<void> {
  const { weightsImage } = recipe;
  if (weightsImage === undefined) return;
  const { name, dockerfile } = weightsImage;
  await carryOut({ ...build, recipe, contextDirectory }, { dockerfile, context: contextDirectory, tags: [name] });
}

async function buildModel(build: Build, labels: Readonly<Record<string, string>>): Promise<Image> {
  const { names, secrets, recipe, contextDirectory } = build;
  return await carryOut(build, {
    dockerfile: recipe.dockerfile.text,
    buildArgs: recipe.buildArgs,
    context: join(contextDirectory, recipe.tree),
    tags: names,
    labels,
    secrets,
  });
}

/** A build that adds labels and no layer. Labels over several lines cannot be written in a Dockerfile. */
async function relabel(build: Build, labels: Readonly<Record<string, string>>): Promise<Image> {
  const [name = ""] = build.names;
  const dockerfile = `FROM ${name}\n${renderLabels(build.recipe.labels)}`;
  return await carryOut(build, { dockerfile, tags: build.names, labels });
}

async function carryOut({ request, context }: Build, wanted: BuildRequest): Promise<Image> {
  const { platform = PLATFORM, timestamp } = request;
  const onOutput = buildLog((text) => context.report.output(text));
  // With a time given, the same input gives the same layers, and with Docker the same id. Builders know files by their
  // bytes alone, so a layer that they have may hold other times.
  const noCache = request.noCache === true || timestamp !== undefined;
  const id = await dockerBuild(
    { platform, noCache, ...wanted, ...(timestamp !== undefined && { timestamp }) },
    { ...context, onOutput },
  );
  const image = await inspectImage(id, context);
  if (image !== undefined) return image;
  throw new CogError("build.not_loaded", `${TOOL_NAMES[context.tool]} built the image, but does not have it.`, {
    hint: "A buildx builder that does not load its results is selected; try 'docker buildx use default'.",
  });
}

/** The story of `cog build`: read, plan, stage, build, label, verify. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CogError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import { documentText } from "@cog/core/schema";
import { docker, buildImage as dockerBuild, type Image, inspectImage } from "#docker";
import { renderLabels } from "#dockerfile";
import { defaultImageName } from "#plan";
import { openState, type Project, writeState } from "#project";
import { buildLog } from "./build-log.ts";
import type { BuildContext } from "./development-image.ts";
import { explainFailure } from "./failure.ts";
import { FREEZE_LABEL } from "./labels.ts";
import { type Recipe, recipeOf } from "./recipe.ts";
import { dockerSecret } from "./secrets.ts";
import { readBuildSettings } from "./settings.ts";
import { sourceFiles } from "./source-files.ts";
import { stageContext } from "./stage.ts";
import { withBuildDirectory } from "./state-directory.ts";

/** What the reference builds on every host; images are pushed to machines of this kind. */
const PLATFORM = "linux/amd64";

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
}

/** The name an image of the project gets when `-t` gives none. */
export function imageNameOf({ config, directory }: Project): string {
  return config.image ?? config.model ?? defaultImageName(basename(directory));
}

export async function buildImage(request: BuildImageRequest, context: BuildContext): Promise<BuiltImage> {
  const { project, schema, cogVersion } = request;
  const { signal, report } = context;
  const settings = readBuildSettings();
  const names = request.tags?.length ? request.tags : [imageNameOf(project)];
  const [name = ""] = names;
  const secrets = (request.secrets ?? []).map((secret) => dockerSecret(secret, project.directory));

  const sources = await sourceFiles(project.directory);
  const options = {
    ...(request.concurrency !== undefined && { concurrency: request.concurrency }),
    ...(request.separateWeights && { weightsImage: `${name}-weights` }),
    precompile: request.precompile ?? false,
    strip: request.strip ?? false,
  };
  const wanted = { project, sources, cogVersion, options, labels: request.labels ?? {} };
  const recipe = await recipeOf({ ...wanted, ...(schema !== undefined && { schema }) }, settings, context);

  const state = openState(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  return await withBuildDirectory(state, { signal, onWait }, async (directory) => {
    const schemaText = schema === undefined ? undefined : documentText(schema);
    if (schemaText !== undefined) writeState(project, "openapi_schema.json", schemaText);
    const contextDirectory = join(directory, request.timestamp === undefined ? "ctx" : `ctx-${randomUUID()}`);
    const file = join(directory, "Dockerfile");
    await writeFile(file, recipe.dockerfile.text);
    const { linked } = await stageContext({
      contextDirectory,
      projectDirectory: project.directory,
      sources,
      weights: recipe.weights,
      files: recipe.files,
      sourceFiles: [
        ...(schemaText === undefined ? [] : [{ path: ".cog/openapi_schema.json", text: schemaText }]),
        ...renamedConfig(project),
      ],
      ...(request.timestamp !== undefined && { timestamp: request.timestamp }),
    });
    if (!linked) report.debug("the file system makes no hard links; files were copied into the build context");

    const build = { names, secrets, request, recipe, file, directory, contextDirectory, project };
    const image = await buildWithFreeze(build, context);
    return { names, id: image.id, digest: image.digest, sizeBytes: image.sizeBytes };
  });
}

interface Build {
  readonly names: readonly string[];
  readonly secrets: readonly string[];
  readonly request: BuildImageRequest;
  readonly recipe: Recipe;
  readonly file: string;
  readonly directory: string;
  readonly contextDirectory: string;
  readonly project: Project;
}

/**
 * The list of installed packages is known only when the image is there. It depends on all layers but those of the
 * project's files: while these are the ones of the previous image, its list is right and there is nothing to ask.
 */
async function buildWithFreeze(build: Build, context: BuildContext): Promise<Image> {
  const [name = ""] = build.names;
  const previous = await inspectImage(name, context);
  const known = previous?.labels[FREEZE_LABEL];
  const step = context.report.step(`Building Docker image from environment in cog.yaml as ${name}...`);
  try {
    await buildWeights(build, context);
    const id = await buildOnce(build, known === undefined ? {} : { [FREEZE_LABEL]: known }, context);
    const image = await inspectBuilt(id, context);
    if (previous !== undefined && known !== undefined && sameEnvironment(previous, image, build.recipe)) {
      step.done();
      return image;
    }
    step.update("recording the installed packages");
    const labeled = await relabel(id, { [FREEZE_LABEL]: await freezeOf(id, context) }, build, context);
    step.done();
    return labeled;
  } catch (error) {
    step.fail();
    throw explainFailure(error, build.recipe.dockerfile, build.project);
  }
}

/** Before the model's own image, which copies from this one. */
async function buildWeights(build: Build, context: BuildContext): Promise<void> {
  const { weightsImage } = build.recipe;
  if (weightsImage === undefined) return;
  const file = join(build.directory, "weights.Dockerfile");
  await writeFile(file, weightsImage.dockerfile);
  await dockerBuild(
    { ...common(build), dockerfile: file, context: build.contextDirectory, tags: [weightsImage.name] },
    { signal: context.signal, onOutput: buildLog((text) => context.report.output(text)) },
  );
}

async function buildOnce(
  build: Build,
  labels: Readonly<Record<string, string>>,
  { signal, report }: BuildContext,
): Promise<string> {
  return await dockerBuild(
    {
      ...common(build),
      dockerfile: build.file,
      context: join(build.contextDirectory, build.recipe.tree),
      tags: build.names,
      noCache: build.request.noCache ?? false,
      labels,
      secrets: build.secrets,
    },
    { signal, onOutput: buildLog((text) => report.output(text)) },
  );
}

/** With a time given, the image says it was made then: the same input gives the same image, down to its id. */
function common({ request: { platform, timestamp } }: Build) {
  return {
    platform: platform ?? PLATFORM,
    ...(timestamp !== undefined && { buildArgs: { SOURCE_DATE_EPOCH: String(timestamp) } }),
  };
}

async function freezeOf(id: string, context: BuildContext): Promise<string> {
  const args = ["run", "--rm", "--network=none", "--entrypoint=python", id, "-m", "pip", "freeze"];
  const { exitCode, stdout } = await docker(args, context);
  if (exitCode === 0) return stdout.trimEnd();
  context.report.warn("pip freeze does not work in this image; the list of packages is left out.");
  return "";
}

/** One argument holds 128 KiB; a longer list of packages is rather left out than the image. */
const LONGEST_ARGUMENT = 128 * 1024 - 1;

/** A build that adds labels and no layer. Labels over several lines cannot be written in a Dockerfile. */
async function relabel(
  id: string,
  labels: Readonly<Record<string, string>>,
  build: Build,
  context: BuildContext,
): Promise<Image> {
  const fitting = Object.entries(labels).filter(
    ([name, value]) => Buffer.byteLength(`${name}=${value}`) < LONGEST_ARGUMENT,
  );
  if (fitting.length < Object.keys(labels).length)
    context.report.warn("The list of installed packages is too long for a label; it is left out.");
  const request = {
    ...common(build),
    dockerfile: `FROM ${build.names[0] ?? id}\n${renderLabels(build.recipe.labels)}`,
    tags: build.names,
    labels: Object.fromEntries(fitting),
  };
  return await inspectBuilt(await dockerBuild(request, { signal: context.signal, onOutput: () => {} }), context);
}

async function inspectBuilt(id: string, { signal }: BuildContext): Promise<Image> {
  const image = await inspectImage(id, { signal });
  if (image === undefined) {
    throw new CogError("build.not_loaded", "Docker built the image, but does not have it.", {
      hint: "A buildx builder that does not load its results is selected; try 'docker buildx use default'.",
    });
  }
  return image;
}

function sameEnvironment(previous: Image, image: Image, { projectLayers }: Recipe): boolean {
  if (projectLayers === undefined) return false;
  const environment = image.layers.slice(0, image.layers.length - projectLayers);
  return environment.length > 0 && environment.every((layer, index) => previous.layers[index] === layer);
}

/** Some runtimes look for `/src/cog.yaml`, whatever `-f` says. */
function renamedConfig({ directory, configFile }: Project): { path: string; from: string }[] {
  return configFile === join(directory, "cog.yaml") ? [] : [{ path: "cog.yaml", from: configFile }];
}

/** The story of `cog build`: read, plan, stage, build, label, verify. */
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CogConfig } from "@cog/core/config";
import { CogError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import { documentText } from "@cog/core/schema";
import { docker, buildImage as dockerBuild, type Image, inspectImage } from "#docker";
import { type Dockerfile, renderDockerfile } from "#dockerfile";
import { type BuildPlan, defaultImageName, weightPaths } from "#plan";
import type { Project } from "#project";
import { buildLog } from "./build-log.ts";
import type { BuildContext } from "./development-image.ts";
import { explainFailure } from "./failure.ts";
import { revisionLabels } from "./git-facts.ts";
import { FREEZE_LABEL, modelLabels } from "./labels.ts";
import { planProject } from "./plan-project.ts";
import { dockerSecret } from "./secrets.ts";
import { readBuildSettings } from "./settings.ts";
import { sourceFiles } from "./source-files.ts";
import { stageContext } from "./stage.ts";
import { openStateDirectory, withBuildDirectory, writeAtomically } from "./state-directory.ts";

/** What the reference builds on every host; images are pushed to machines of this kind. */
const PLATFORM = "linux/amd64";

export interface BuildImageRequest {
  readonly project: Project;
  /** The OpenAPI document of the model; it goes into the image and its label. */
  readonly schema: JsonObject;
  readonly cogVersion: string;
  /** `@cog.concurrent(max=N)`, read from the source. */
  readonly concurrency?: number;
  /** `-t`, in order. Empty: cog.yaml's `image`, its `model`, or a name made from the directory's. */
  readonly tags?: readonly string[];
  readonly baseImage?: string;
  readonly useCudaBaseImage?: boolean;
  readonly platform?: string;
  readonly noCache?: boolean;
  /** Python files are compiled while building, not when they are first imported. */
  readonly precompile?: boolean;
  readonly secrets?: readonly string[];
  /** Seconds since the epoch for the files of the project in the image. */
  readonly timestamp?: number;
  /** Added to the image's labels, and stronger than ours. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface BuiltImage {
  readonly names: readonly string[];
  readonly id: string;
  readonly sizeBytes: number;
}

/** The name an image of the project gets when `-t` gives none. */
export function imageNameOf({ config, directory }: Project): string {
  return config.image ?? config.model ?? defaultImageName(basename(directory));
}

export async function buildImage(request: BuildImageRequest, context: BuildContext): Promise<BuiltImage> {
  const { project, schema } = request;
  const { signal, report } = context;
  const settings = readBuildSettings();
  const names = request.tags?.length ? request.tags : [imageNameOf(project)];
  const secrets = (request.secrets ?? []).map((secret) => dockerSecret(secret, project.directory));

  const sources = await sourceFiles(project.directory);
  const weights = weightPaths(sources.filter(({ kind }) => kind === "file"));
  const planned = planProject(project, { purpose: "image", weights, ...optional(request) }, { settings, report });
  const labels = {
    ...modelLabels({ config: completed(project.config, planned), schema, cogVersion: request.cogVersion }),
    ...(await revisionLabels(project.directory, settings)),
    ...request.labels,
  };
  const plan = { ...planned, labels };
  const dockerfile = renderDockerfile(plan);
  const schemaText = documentText(schema);

  const state = await openStateDirectory(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  return await withBuildDirectory(state, { signal, onWait }, async (directory) => {
    await writeAtomically(join(state, "openapi_schema.json"), schemaText);
    const contextDirectory = join(directory, "ctx");
    const file = join(directory, "Dockerfile");
    await writeFile(file, dockerfile.text);
    const { linked } = await stageContext({
      contextDirectory,
      projectDirectory: project.directory,
      sources,
      weights,
      files: plan.files,
      sourceFiles: [{ path: ".cog/openapi_schema.json", text: schemaText }, ...renamedConfig(project)],
      ...(request.timestamp !== undefined && { timestamp: request.timestamp }),
    });
    if (!linked) report.debug("the file system makes no hard links; files were copied into the build context");

    const build = { names, secrets, request, plan, dockerfile, file, contextDirectory, project };
    const image = await buildWithFreeze(build, context);
    return { names, id: image.id, sizeBytes: image.sizeBytes };
  });
}

interface Build {
  readonly names: readonly string[];
  readonly secrets: readonly string[];
  readonly request: BuildImageRequest;
  readonly plan: BuildPlan;
  readonly dockerfile: Dockerfile;
  readonly file: string;
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
    const id = await buildOnce(build, known === undefined ? {} : { [FREEZE_LABEL]: known }, context);
    const image = await inspectBuilt(id, context);
    if (previous !== undefined && known !== undefined && sameEnvironment(previous, image, build.plan)) {
      step.done();
      return image;
    }
    step.update("recording the installed packages");
    const freeze = await docker(
      ["run", "--rm", "--network=none", "--entrypoint=python", id, "-m", "pip", "freeze"],
      context,
    );
    if (freeze.exitCode !== 0)
      context.report.warn("pip freeze does not work in this image; the list of packages is left out.");
    const labeled = await relabel(
      id,
      { [FREEZE_LABEL]: freeze.exitCode === 0 ? freeze.stdout.trimEnd() : "" },
      build,
      context,
    );
    step.done();
    return labeled;
  } catch (error) {
    step.fail();
    throw explainFailure(error, build.dockerfile, build.project);
  }
}

async function buildOnce(
  build: Build,
  labels: Readonly<Record<string, string>>,
  { signal, report }: BuildContext,
): Promise<string> {
  const { request } = build;
  return await dockerBuild(
    {
      dockerfile: build.file,
      context: build.contextDirectory,
      tags: build.names,
      platform: request.platform ?? PLATFORM,
      noCache: request.noCache ?? false,
      labels,
      secrets: build.secrets,
    },
    { signal, onOutput: buildLog((text) => report.output(text)) },
  );
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
    dockerfile: `FROM ${build.names[0] ?? id}\n`,
    tags: build.names,
    platform: build.request.platform ?? PLATFORM,
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

function sameEnvironment(previous: Image, image: Image, plan: BuildPlan): boolean {
  const projectLayers = 1 + (plan.weights.length > 0 ? 1 : 0) + (plan.precompile ? 1 : 0);
  const environment = image.layers.slice(0, image.layers.length - projectLayers);
  return environment.length > 0 && environment.every((layer, index) => previous.layers[index] === layer);
}

/** Some runtimes look for `/src/cog.yaml`, whatever `-f` says. */
function renamedConfig({ directory, configFile }: Project): { path: string; from: string }[] {
  return configFile === join(directory, "cog.yaml") ? [] : [{ path: "cog.yaml", from: configFile }];
}

/** The config as images carry it says what was resolved, not only what was asked for. */
function completed(config: CogConfig, { cuda, decisions }: BuildPlan): CogConfig {
  const pythonVersion = decisions.find(({ setting }) => setting === "python")?.value ?? config.build.pythonVersion;
  const build = { ...config.build, pythonVersion };
  return { ...config, build: cuda === undefined ? build : { ...build, cuda: cuda.version, cudnn: cuda.cudnn } };
}

function optional({ baseImage, concurrency, precompile, useCudaBaseImage }: BuildImageRequest) {
  return {
    ...(precompile !== undefined && { precompile }),
    ...(useCudaBaseImage !== undefined && { useCudaBaseImage }),
    ...(baseImage !== undefined && { baseImage }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

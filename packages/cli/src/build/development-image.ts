import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildImage as dockerBuild, inspectImage, removeImage, tagsOf } from "#docker";
import { type Dockerfile, renderDockerfile } from "#dockerfile";
import { type BuildPlan, defaultImageName } from "#plan";
import { openState, type Project } from "#project";
import { baseArguments } from "./base-arguments.ts";
import { buildLog } from "./build-log.ts";
import type { BuildContext } from "./context.ts";
import { explainFailure } from "./failure.ts";
import { planProject } from "./plan-project.ts";
import { readBuildSettings } from "./settings.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";
import { contextName, stageContext } from "./stage.ts";
import { withBuildDirectory } from "./state-directory.ts";

/**
 * The image that `run`, `serve`, `exec` and `train` use in a project: all of its environment and none of its source,
 * which is mounted. Returns its name. The name holds a digest of everything in it, so an image that is there is right.
 */
export async function developmentImage(project: Project, context: BuildContext): Promise<string> {
  const { report } = context;
  const repository = `${defaultImageName(basename(project.directory))}-dev`;
  const own = project.image?.dockerfile;
  if (own !== undefined) return await ownDockerfileImage(project, { file: own, name: `${repository}:own` }, context);
  const plan = await planProject(project, { purpose: "development" }, { settings: readBuildSettings(), report });
  const dockerfile = renderDockerfile(plan);
  const name = `${repository}:${digestOf(dockerfile.text)}`;
  if ((await inspectImage(name, context)) !== undefined) return name;
  const buildArgs = await baseArguments(plan.base, context);
  await stageAndBuild({ project, dockerfile, buildArgs, name, sources: [], files: plan.files, tree: "" }, context);
  await forgetOthers(name, repository, context);
  return name;
}

/** A Dockerfile of the user's may copy the source: what it is made of is not known, so the builder decides. */
async function ownDockerfileImage(
  project: Project,
  { file, name }: { readonly file: string; readonly name: string },
  context: BuildContext,
): Promise<string> {
  const dockerfile: Dockerfile = { text: await readFile(file, "utf8"), origins: new Map() };
  const sources = await sourceFiles(project.directory);
  await stageAndBuild({ project, dockerfile, buildArgs: {}, name, sources, files: [], tree: "src" }, context);
  return name;
}

interface Development {
  readonly project: Project;
  readonly dockerfile: Dockerfile;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly name: string;
  readonly sources: readonly SourceFile[];
  readonly files: BuildPlan["files"];
  /** The part of the staged context that the Dockerfile sees. */
  readonly tree: "" | "src";
}

async function stageAndBuild(request: Development, context: BuildContext): Promise<void> {
  const { project, dockerfile, buildArgs, name, sources, files, tree } = request;
  const { signal, report } = context;
  const state = openState(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  const step = report.step("Building Docker image from environment in cog.yaml...");
  try {
    await withBuildDirectory(state, { signal, onWait }, async (directory) => {
      const projectDirectory = project.directory;
      const contextDirectory = join(directory, contextName(projectDirectory, "development"));
      await stageContext({ contextDirectory, projectDirectory, sources, weights: [], files, sourceFiles: [] });
      await dockerBuild(
        { dockerfile: dockerfile.text, buildArgs, context: join(contextDirectory, tree), tags: [name] },
        { ...context, onOutput: buildLog((text) => report.output(text)) },
      );
    });
    step.done();
  } catch (error) {
    step.fail();
    throw explainFailure(error, { ...request, tool: context.tool });
  }
}

/** Enough to go back and forth between two states of a project without building. */
const KEPT = 3;

/** The one that was just built may be the oldest: made of cached steps, it has the age of the last one. */
async function forgetOthers(name: string, repository: string, options: BuildContext): Promise<void> {
  const others = (await tagsOf(repository, options)).map((tag) => `${repository}:${tag}`).filter((one) => one !== name);
  for (const other of others.slice(KEPT - 1)) await removeImage(other, options);
}

/** The text names the files it uses by what is in them. */
function digestOf(dockerfile: string): string {
  return createHash("sha256").update(dockerfile).digest("hex").slice(0, 16);
}

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildImage as dockerBuild, inspectImage, removeImage, tagsOf } from "#docker";
import { type Dockerfile, renderDockerfile } from "#dockerfile";
import { type BuildPlan, defaultImageName } from "#plan";
import { openState, type Project } from "#project";
import type { Reporter } from "#report";
import { buildLog } from "./build-log.ts";
import { explainFailure } from "./failure.ts";
import { planProject } from "./plan-project.ts";
import { readBuildSettings } from "./settings.ts";
import { type SourceFile, sourceFiles } from "./source-files.ts";
import { stageContext } from "./stage.ts";
import { withBuildDirectory } from "./state-directory.ts";

export interface BuildContext {
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/**
 * The image that `run`, `serve`, `exec` and `train` use in a project: all of its environment and none of its source,
 * which is mounted. Returns its name. The name holds a digest of everything in it, so an image that is there is right.
 */
export async function developmentImage(project: Project, context: BuildContext): Promise<string> {
  const { signal, report } = context;
  const repository = `${defaultImageName(basename(project.directory))}-dev`;
  const own = project.image?.dockerfile;
  if (own !== undefined) return await ownDockerfileImage(project, { file: own, name: `${repository}:own` }, context);
  const plan = planProject(project, { purpose: "development" }, { settings: readBuildSettings(), report });
  const dockerfile = renderDockerfile(plan);
  const name = `${repository}:${await digestOf(plan, dockerfile.text)}`;
  if ((await inspectImage(name, { signal })) !== undefined) return name;
  await stageAndBuild({ project, dockerfile, name, sources: [], files: plan.files, tree: "" }, context);
  await forgetOlder(repository, { signal });
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
  await stageAndBuild({ project, dockerfile, name, sources, files: [], tree: "src" }, context);
  return name;
}

interface Development {
  readonly project: Project;
  readonly dockerfile: Dockerfile;
  readonly name: string;
  readonly sources: readonly SourceFile[];
  readonly files: BuildPlan["files"];
  /** The part of the staged context that the Dockerfile sees. */
  readonly tree: "" | "src";
}

async function stageAndBuild(request: Development, { signal, report }: BuildContext): Promise<void> {
  const { project, dockerfile, name, sources, files, tree } = request;
  const state = openState(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  const step = report.step("Building Docker image from environment in cog.yaml...");
  try {
    await withBuildDirectory(state, { signal, onWait }, async (directory) => {
      const contextDirectory = join(directory, "ctx");
      const file = join(directory, "Dockerfile");
      await writeFile(file, dockerfile.text);
      const projectDirectory = project.directory;
      await stageContext({ contextDirectory, projectDirectory, sources, weights: [], files, sourceFiles: [] });
      await dockerBuild(
        { dockerfile: file, context: join(contextDirectory, tree), tags: [name] },
        { signal, onOutput: buildLog((text) => report.output(text)) },
      );
    });
    step.done();
  } catch (error) {
    step.fail();
    throw explainFailure(error, dockerfile, project);
  }
}

/** Enough to go back and forth between two states of a project without building. */
const KEPT = 3;

async function forgetOlder(repository: string, options: { readonly signal: AbortSignal }): Promise<void> {
  for (const tag of (await tagsOf(repository, options)).slice(KEPT)) await removeImage(`${repository}:${tag}`, options);
}

async function digestOf(plan: BuildPlan, dockerfile: string): Promise<string> {
  const hash = createHash("sha256").update(dockerfile);
  for (const file of plan.files) {
    hash.update(`\0${file.path}\0`).update("from" in file ? await readFile(file.from) : file.text);
  }
  return hash.digest("hex").slice(0, 16);
}

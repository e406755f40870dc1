import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildImage as dockerBuild, inspectImage, removeImage, tagsOf } from "#docker";
import { renderDockerfile } from "#dockerfile";
import { type BuildPlan, defaultImageName } from "#plan";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { buildLog } from "./build-log.ts";
import { explainFailure } from "./failure.ts";
import { planProject } from "./plan-project.ts";
import { readBuildSettings } from "./settings.ts";
import { stageContext } from "./stage.ts";
import { openStateDirectory, withBuildDirectory } from "./state-directory.ts";

export interface BuildContext {
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/**
 * The image that `run`, `serve`, `exec` and `train` use in a project: all of its environment and none of its source,
 * which is mounted. Returns its name. The name holds a digest of everything in it, so an image that is there is right.
 */
export async function developmentImage(project: Project, { signal, report }: BuildContext): Promise<string> {
  const plan = planProject(project, { purpose: "development" }, { settings: readBuildSettings(), report });
  const dockerfile = renderDockerfile(plan);
  const repository = `${defaultImageName(basename(project.directory))}-dev`;
  const name = `${repository}:${await digestOf(plan, dockerfile.text)}`;
  if ((await inspectImage(name, { signal })) !== undefined) return name;

  const state = await openStateDirectory(project.directory);
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  const step = report.step("Building Docker image from environment in cog.yaml...");
  try {
    await withBuildDirectory(state, { signal, onWait }, async (directory) => {
      const context = join(directory, "ctx");
      const file = join(directory, "Dockerfile");
      await writeFile(file, dockerfile.text);
      await stageContext({
        contextDirectory: context,
        projectDirectory: project.directory,
        sources: [],
        weights: [],
        files: plan.files,
        sourceFiles: [],
      });
      await dockerBuild(
        { dockerfile: file, context, tags: [name] },
        { signal, onOutput: buildLog((text) => report.output(text)) },
      );
    });
    step.done();
  } catch (error) {
    step.fail();
    throw explainFailure(error, dockerfile, project);
  }
  await forgetOlder(repository, { signal });
  return name;
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

/** `cog debug`: what a builder would be given, on stdout. */
import { CogError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { imageNameOf, type RenderedProject, renderProject } from "#build";
import { readModel } from "#launch";
import type { Project } from "#project";
import type { Reporter } from "#report";
import type { CommandContext } from "./command.ts";
import type { DebugFlags } from "./debug.ts";
import { projectOf } from "./project.ts";

export async function printDockerfile(flags: DebugFlags, context: CommandContext): Promise<number> {
  const { report, stdout } = context;
  const project = projectOf(flags, context);
  const concurrency = await decoratedConcurrency(project, report);
  const rendered = await renderProject(
    project,
    {
      ...(concurrency !== undefined && { concurrency }),
      ...(flags["separate-weights"] && { weightsImage: `${flags["image-name"] ?? imageNameOf(project)}-weights` }),
    },
    report,
  );
  report.debug(`requirements.txt:\n${withoutCredentials(rendered.plan.requirements.join("\n"))}`);
  stdout.write(rendered.weightsDockerfile === undefined ? rendered.dockerfile : inSections(rendered));
  return 0;
}

function inSections({ dockerfile, weightsDockerfile = "", plan }: RenderedProject): string {
  const sections = {
    "Weights Dockerfile contents": weightsDockerfile,
    "Runner Dockerfile contents": dockerfile,
    "Weights exclude patterns": plan.weights.map((path) => `${path}\n`).join(""),
  };
  return Object.entries(sections)
    .map(([title, text]) => `=== ${title}:\n${text}===\n`)
    .join("");
}

/** A model that cannot be read has a Dockerfile all the same. */
async function decoratedConcurrency(project: Project, report: Reporter): Promise<number | undefined> {
  if (project.config.predict === undefined) return undefined;
  try {
    return (await readModel(project, report)).interface.predict?.concurrency ?? undefined;
  } catch (error) {
    if (!(error instanceof CogError)) throw error;
    report.warn(error.message);
    return undefined;
  }
}

/** `cog inspect`: facts of a project, read and resolved without Docker, or of an image, from its labels. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { CogError, UserError } from "@cog/core/errors";
import { isJsonObject, jsonText } from "@cog/core/json";
import { interfaceOf, type ModelInterface } from "@cog/core/schema";
import { version } from "@cog/core/version";
import { imageNameOf, readLabel, renderProject, storedConfig } from "#build";
import { inspectImage, layerSizes } from "#docker";
import { readModel } from "#launch";
import type { Project } from "#project";
import { type Reporter, reporterWith } from "#report";
import { imageKeeper } from "./builder.ts";
import type { CommandContext } from "./command.ts";
import type { InspectFlags } from "./inspect.ts";
import { type Inspection, interfaceFacts, resolvedFacts } from "./inspection.ts";
import { inspectionText } from "./inspection-text.ts";
import { projectOf } from "./project.ts";

export async function inspectModel(
  flags: InspectFlags,
  subject: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { stdout, workingDirectory } = context;
  const directory = resolve(workingDirectory, subject ?? ".");
  const isDirectory = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const facts = isDirectory
    ? await projectFacts(flags, { ...context, workingDirectory: directory })
    : await imageFacts(subject ?? "", context);
  stdout.write(flags.json ? `${jsonText(facts, 2)}\n` : inspectionText(facts));
  return 0;
}

async function projectFacts(flags: InspectFlags, context: CommandContext): Promise<Inspection> {
  const { report } = context;
  const project = projectOf(flags, context);
  const { plan } = await renderProject(
    project,
    {},
    // What it would inform about is what is printed.
    reporterWith(report, { info: (message) => report.debug(message) }),
  );
  return {
    kind: "project",
    name: imageNameOf(project),
    cog_version: version,
    config: storedConfig(project.config),
    ...interfaceFacts(await interfaceOfProject(project, report)),
    gpu: project.config.build.gpu,
    size: null,
    resolved: resolvedFacts(plan),
  };
}

/** Versions are worth knowing also of a model that cannot be read, or is not written yet. */
async function interfaceOfProject(project: Project, report: Reporter): Promise<ModelInterface | undefined> {
  if (project.config.predict === undefined && project.config.train === undefined) return undefined;
  try {
    return (await readModel(project, report)).interface;
  } catch (error) {
    if (!(error instanceof CogError)) throw error;
    report.warn(error.message);
    return undefined;
  }
}

async function imageFacts(name: string, context: CommandContext): Promise<Inspection> {
  const { signal } = context;
  const tool = imageKeeper(context);
  const image = await inspectImage(name, { signal, tool });
  if (image === undefined) {
    throw new UserError("image.not_found", `There is no directory and no image "${name}" here`, {
      hint: /^[./~]/.test(name)
        ? "Give the directory of a project, or the name of an image; 'cog ls' lists those."
        : `To look at an image of a registry, pull it first: ${tool} pull ${name}`,
    });
  }
  const config = readLabel(image, "config");
  if (config === undefined)
    throw new UserError("image.not_cog", `Image ${name} does not appear to be a Cog model`, {
      hint: "Images made by 'cog build' carry the label run.cog.config.",
    });
  const schema = readLabel(image, "openapi_schema");
  const layers = await layerSizes(name, { signal, tool });
  return {
    kind: "image",
    name,
    cog_version: image.labels["run.cog.version"] ?? image.labels["org.cogmodel.cog_version"] ?? null,
    config,
    ...interfaceFacts(schema === undefined ? undefined : interfaceOf(schema)),
    gpu: isJsonObject(config["build"]) && config["build"]["gpu"] === true,
    size: image.sizeBytes,
    layers: layers.map(({ sizeBytes, createdBy }) => ({ size: sizeBytes, created_by: createdBy })),
    labels: image.labels,
  };
}

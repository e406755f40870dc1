/**
 * Models in containers: a project's sources mounted into its development image, or a finished image. Docker and Podman
 * are one engine: they take the same words.
 */
import { UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";
import { developmentImage, readLabel } from "#build";
import { absenceWords, type ContainerEngine, type Image, inspectImage, ping, pullImage } from "#docker";
import type { Project } from "#project";
import type { Context, Engine, Prepared, Target } from "../engine.ts";
import { execInContainer } from "./exec.ts";
import { startContainer } from "./start.ts";

export function containerEngine(tool: ContainerEngine): Engine {
  return {
    name: tool,

    async available({ signal }) {
      const answer = await ping({ signal, tool });
      return answer === "answers" ? { available: true } : { available: false, ...absenceWords(answer, tool) };
    },

    async prepare(target, context) {
      switch (target.kind) {
        case "project":
          return prepared(target, await projectRun(target.project, { ...context, tool }));
        case "image":
          return prepared(target, await imageRun(target.image, { ...context, tool }));
      }
    },
  };
}

interface ToolContext extends Context {
  readonly tool: ContainerEngine;
}

/** What a container is started from. */
export interface Run {
  readonly tool: ContainerEngine;
  readonly image: string;
  /** For the container's name. */
  readonly name: string;
  /** Mounted at /src. */
  readonly project?: Project;
  /** cog.yaml's, or the image's: run with all GPUs there are. */
  readonly gpu: boolean;
  readonly schema?: JsonObject;
}

async function projectRun(project: Project, context: ToolContext): Promise<Run> {
  const { tool } = context;
  const image = await developmentImage(project, context);
  return { tool, image, name: image.slice(0, image.lastIndexOf("-dev:")), project, gpu: project.config.build.gpu };
}

async function imageRun(name: string, context: ToolContext): Promise<Run> {
  const image = (await inspectImage(name, context)) ?? (await pulled(name, context));
  const config = readLabel(image, "config");
  if (config === undefined) {
    throw new UserError("image.not_cog", `image ${name}: image is not a Cog model`, {
      hint: "Images made by 'cog build' carry the label run.cog.config.",
    });
  }
  const schema = readLabel(image, "openapi_schema");
  const gpu = isJsonObject(config["build"]) && config["build"]["gpu"] === true;
  const short = name.replace(/[@:][^/]*$/, "").replace(/^.*\//, "");
  return { tool: context.tool, image: image.id, name: short, gpu, ...(schema !== undefined && { schema }) };
}

async function pulled(name: string, context: ToolContext): Promise<Image> {
  const { report } = context;
  const step = report.step(`Pulling image ${name}...`);
  try {
    await pullImage(name, { ...context, onOutput: (text) => report.output(text) });
    const image = await inspectImage(name, context);
    if (image === undefined) throw new UserError("image.not_found", `Image ${name} was not found`);
    step.done();
    return image;
  } catch (error) {
    step.fail();
    throw error;
  }
}

function prepared(target: Target, run: Run): Prepared {
  return {
    target,
    inPlace: false,
    ...(run.schema !== undefined && { schema: run.schema }),
    start: (options, context) => startContainer(run, options, context),
    exec: (options, context) => execInContainer(run, options, context),
  };
}

/** `cog ls`: the images of the engine in use that carry a Cog label. */
import { UnavailableError } from "@cog/core/errors";
import { isJsonObject } from "@cog/core/json";
import { readLabel } from "#build";
import { absenceWords, type ContainerEngine, labelledImages, ping } from "#docker";
import type { CommandContext } from "./command.ts";
import { containerEngine } from "./engine.ts";
import { sizeText, tableText } from "./table.ts";

const HEAD = ["NAME", "VERSION", "SIZE", "GPU", "ID"];

interface Listed {
  readonly name: string;
  /** Of the Cog that built it. */
  readonly version: string | null;
  readonly size: number;
  readonly gpu: boolean;
  readonly id: string;
}

export async function listImages(json: boolean, context: CommandContext): Promise<number> {
  const { stdout, report, signal } = context;
  const images = await cogImages({ signal, tool: containerEngine(context) });
  if (json) stdout.write(`${JSON.stringify({ images }, null, 2)}\n`);
  else if (images.length === 0) report.info("There are no Cog images here. 'cog build' makes one.");
  else stdout.write(tableText(HEAD, images.map(asRow)));
  return 0;
}

interface From {
  readonly tool: ContainerEngine;
  readonly signal: AbortSignal;
}

async function cogImages(from: From): Promise<readonly Listed[]> {
  const answer = await ping(from);
  if (answer !== "answers") {
    const { reason, hint } = absenceWords(answer, from.tool);
    throw new UnavailableError(`${from.tool}.unavailable`, reason, { hint });
  }
  const images = await labelledImages(["run.cog.config", "org.cogmodel.config"], from);
  return images
    .flatMap(({ names, ...image }) => {
      const config = readLabel(image, "config");
      const gpu = isJsonObject(config?.["build"]) && config["build"]["gpu"] === true;
      const version = image.labels["run.cog.version"] ?? image.labels["org.cogmodel.cog_version"] ?? null;
      const id = image.id.replace("sha256:", "").slice(0, 12);
      return names.map((name): Listed => ({ name, version, size: image.sizeBytes, gpu, id }));
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function asRow({ name, version, size, gpu, id }: Listed): readonly string[] {
  return [name, version ?? "-", sizeText(size), gpu ? "yes" : "no", id];
}

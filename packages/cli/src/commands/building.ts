/** The story of `cog build`: read the model, build its image, say what it is called. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";
import { version } from "@cog/core/version";
import { buildImage } from "#build";
import { readModel } from "#launch";
import type { BuildFlags } from "./build.ts";
import type { CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import { projectOf } from "./project.ts";

export async function buildModel(flags: BuildFlags, context: CommandContext): Promise<number> {
  const { workingDirectory, settings, report, signal, stdout } = context;
  const project = projectOf(flags, context);
  const schemaFile = flags["openapi-schema"] ?? settings.openApiSchema;
  const given = schemaFile === undefined ? undefined : readDocument(resolve(workingDirectory, schemaFile));
  const model = given === undefined ? await readModel(project, report) : undefined;
  await chooseEngine(context, { docker: true });
  const concurrency = model?.interface.predict?.concurrency ?? undefined;
  const timestamp = Number(flags.timestamp);
  const cuda = flags["use-cuda-base-image"];
  const image = await buildImage(
    {
      project,
      schema: given ?? model?.document ?? {},
      cogVersion: version,
      tags: flags.tag,
      noCache: flags["no-cache"],
      precompile: flags.precompile,
      secrets: flags.secret,
      platform: flags.platform,
      ...(timestamp >= 0 && { timestamp }),
      ...(concurrency !== undefined && { concurrency }),
      ...(cuda !== "auto" && { useCudaBaseImage: cuda === "true" }),
    },
    { signal, report },
  );
  report.info(`Image built as ${image.names.join(", ")}`);
  if (flags.iidfile !== undefined) writeFileSync(resolve(workingDirectory, flags.iidfile), image.id);
  if (flags.json) {
    const result = { image: image.names[0] ?? "", names: image.names, id: image.id, size: image.sizeBytes };
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  }
  return 0;
}

function readDocument(path: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError("schema.file", `The OpenAPI document ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (isJsonObject(value)) return value;
  throw new UserError("schema.file", `The OpenAPI document ${path} is not a JSON object`);
}

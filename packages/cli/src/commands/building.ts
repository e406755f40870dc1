/** The story of `cog build`: read the model, build its image, say what it is called. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject } from "@cog/core/json";
import { checkDocument } from "@cog/core/schema";
import { version } from "@cog/core/version";
import { type BuiltImage, buildImage } from "#build";
import { readModel } from "#launch";
import { reporterWith } from "#report";
import type { BuildFlags } from "./build.ts";
import type { CommandContext } from "./command.ts";
import { chooseEngine } from "./engine.ts";
import { withJsonError } from "./json-error.ts";
import { projectOf } from "./project.ts";

export async function buildModel(flags: BuildFlags, context: CommandContext): Promise<number> {
  const { stdout, report } = context;
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    report.warn(message);
  };
  return await withJsonError(flags.json, stdout, async () => {
    const image = await build(flags, { ...context, report: reporterWith(report, { warn }) });
    report.info(`Image built as ${image.names.join(", ")}`);
    if (flags.iidfile !== undefined) writeFileSync(resolve(context.workingDirectory, flags.iidfile), image.id);
    if (flags.json) {
      const { names, id, digest = null, sizeBytes: size } = image;
      stdout.write(`${JSON.stringify({ image: names[0] ?? "", names, id, digest, size, warnings }, null, 2)}\n`);
    }
    return 0;
  });
}

async function build(flags: BuildFlags, context: CommandContext): Promise<BuiltImage> {
  const { workingDirectory, settings, report, signal } = context;
  const project = projectOf(flags, context);
  const schemaFile = flags["openapi-schema"] ?? settings.openApiSchema;
  const given = schemaFile === undefined ? undefined : readDocument(resolve(workingDirectory, schemaFile));
  if (given !== undefined && !flags["skip-schema-validation"]) await validate(given, schemaFile ?? "");
  const unread = given !== undefined || flags["skip-schema-validation"];
  const model = unread ? undefined : await readModel(project, report);
  const schema = given ?? model?.document;
  await chooseEngine(context, { docker: true });
  const concurrency = model?.interface.predict?.concurrency ?? undefined;
  const timestamp = Number(flags.timestamp);
  return await buildImage(
    {
      project,
      cogVersion: version,
      tags: flags.tag,
      noCache: flags["no-cache"],
      precompile: flags.precompile,
      strip: flags.strip,
      separateWeights: flags["separate-weights"],
      secrets: flags.secret,
      platform: flags.platform,
      ...(schema !== undefined && { schema }),
      ...(timestamp >= 0 && { timestamp }),
      ...(concurrency !== undefined && { concurrency }),
    },
    { signal, report },
  );
}

async function validate(document: JsonObject, file: string): Promise<void> {
  const problems = await checkDocument(document);
  if (problems.length === 0) return;
  const several = problems.map(({ message }) => message).join("\n");
  throw new UserError("schema.invalid", `The OpenAPI document ${file} is invalid: ${several}`);
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

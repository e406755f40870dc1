/** The story of `cog build`: read the model, build its image, say what it is called. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf, UserError } from "@cog/core/errors";
import { isJsonObject, type JsonObject, parseJson } from "@cog/core/json";
import { checkDocument } from "@cog/core/schema";
import { version } from "@cog/core/version";
import type { ImageWeights } from "@cog/core/wire";
import { type BuiltImage, buildImage, imageNameOf } from "#build";
import type { ContainerTool } from "#docker";
import { readModel } from "#launch";
import type { Project } from "#project";
import { parseReference, RegistryError } from "#registry";
import { reporterWith } from "#report";
import type { BuildFlags } from "./build.ts";
import { chooseBuilder } from "./builder.ts";
import type { CommandContext, FlagValues } from "./command.ts";
import { projectOf } from "./project.ts";
import { imageWeights } from "./project-weights.ts";
import type { buildFlags } from "./shared-flags.ts";

export async function buildModel(flags: BuildFlags, context: CommandContext): Promise<number> {
  const { report } = context;
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    report.warn(message);
  };
  const telling = { ...context, report: reporterWith(report, { warn }) };
  const timestamp = Number(flags.timestamp);
  const image = await buildProject(
    projectOf(flags, telling),
    flags,
    {
      tool: chooseBuilder(telling),
      names: flags.tag,
      skipValidation: flags["skip-schema-validation"],
      ...(timestamp >= 0 && { timestamp }),
    },
    telling,
  );
  report.info(`Image built as ${image.names.join(", ")}`);
  tellBuilt({ ...image, warnings }, flags, context);
  return 0;
}

export interface BuiltToTell extends Pick<BuiltImage, "names" | "id" | "digest" | "sizeBytes"> {
  readonly warnings: readonly string[];
  /** The directory that holds it, where no engine does. */
  readonly layout?: string;
}

/** For programs. */
export function tellBuilt(
  { names, id, digest, sizeBytes: size, warnings, layout }: BuiltToTell,
  flags: Pick<BuildFlags, "iidfile" | "json">,
  { workingDirectory, stdout }: CommandContext,
): void {
  if (flags.iidfile !== undefined) writeFileSync(resolve(workingDirectory, flags.iidfile), id);
  if (!flags.json) return;
  const document = {
    image: names[0] ?? "",
    names,
    id,
    digest: digest ?? null,
    size,
    ...(layout !== undefined && { layout }),
    warnings,
  };
  stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

export interface Wanted {
  readonly tool: Promise<ContainerTool>;
  /** Empty: the project's own. */
  readonly names: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
  readonly skipValidation?: boolean;
  /** What was read already. */
  readonly read?: ReadForImage;
}

type ImageFlags = FlagValues<typeof buildFlags>;

/** What an image says of its model, and of the weights it needs. */
export interface ReadForImage {
  readonly weights: ImageWeights["weights"];
  readonly schema?: JsonObject;
  readonly concurrency?: number;
}

/** Reads the model, unless its document is given. */
export async function readForImage(
  project: Project,
  flags: Pick<ImageFlags, "openapi-schema">,
  context: CommandContext,
  skipValidation = false,
): Promise<ReadForImage> {
  const { workingDirectory, settings, report } = context;
  const weights = await imageWeights(project, report);
  const schemaFile = flags["openapi-schema"] ?? settings.openApiSchema;
  const given = schemaFile === undefined ? undefined : readDocument(resolve(workingDirectory, schemaFile));
  if (given !== undefined && !skipValidation) await validate(given, schemaFile ?? "");
  const unread = given !== undefined || skipValidation;
  const model = unread ? undefined : await readModel(project, report);
  const schema = given ?? model?.document;
  const concurrency = model?.interface.predict?.concurrency ?? undefined;
  return { weights, ...(schema !== undefined && { schema }), ...(concurrency !== undefined && { concurrency }) };
}

/** Reads the model and builds its image. */
export async function buildProject(
  project: Project,
  flags: ImageFlags,
  { tool: asking, names, labels = {}, timestamp, skipValidation, read }: Wanted,
  context: CommandContext,
): Promise<BuiltImage> {
  const { report, signal } = context;
  for (const name of names.length > 0 ? names : [imageNameOf(project)]) checkImageName(name);
  // Asked while the source is read, whose errors come first.
  asking.catch(() => undefined);
  const reading = read ?? (await readForImage(project, flags, context, skipValidation));
  const tool = await asking;
  return await buildImage(
    {
      ...reading,
      project,
      cogVersion: version,
      tags: names,
      labels,
      noCache: flags["no-cache"],
      precompile: flags.precompile,
      strip: flags.strip,
      separateWeights: flags["separate-weights"],
      secrets: flags.secret,
      platform: flags.platform,
      ...(timestamp !== undefined && { timestamp }),
    },
    { signal, report, tool },
  );
}

export function checkImageName(name: string): void {
  try {
    parseReference(name);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UserError("image.invalid", `"${name}" cannot be the name of an image: ${error.message}`, {
      hint: "Write lower-case letters, digits, '.', '_' and '-': -t my-model, or -t registry.example.com/team/my-model:v1",
      cause: error,
    });
  }
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
    value = parseJson(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError("schema.file", `The OpenAPI document ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (isJsonObject(value)) return value;
  throw new UserError("schema.file", `The OpenAPI document ${path} is not a JSON object`);
}

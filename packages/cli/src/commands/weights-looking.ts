/** `cog weights list` and `inspect`: what a repository, or weights.lock, has. */
import { messageOf, UserError } from "@cog/core/errors";
import type { LockedWeight } from "@cog/core/wire";
import pMap from "p-map";
import { openProject } from "#project";
import { parseReference, type Reference, RegistryError } from "#registry";
import {
  asking,
  findArtifact,
  isWeightTag,
  noLock,
  readLock,
  type WeightArtifact,
  type WeightRepository,
  weightSize,
} from "#weights";
import type { CommandContext } from "./command.ts";
import { tableText } from "./table.ts";
import { repositoryOf } from "./weighing.ts";
import { tellExperimental, withRegistries } from "./weight-registries.ts";
import type { ListFlags } from "./weights.ts";

/** Manifests that are asked for at a time. */
const QUESTIONS = 8;
const SHORT = "sha256:".length + 12;

export async function listCommand(
  flags: ListFlags,
  named: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { signal, stdout, report } = context;
  tellExperimental(context);
  const place = named === undefined ? repositoryOf(openedProject(flags, context), context) : referenceTo(named);
  return await withRegistries(context, async ({ open }) => {
    const repository = await open(place);
    const tags = await weightTags(repository, signal);
    const found = await pMap(
      tags,
      async (tag) => {
        try {
          const artifact = await findArtifact(repository, tag, signal);
          return artifact === undefined ? [] : [{ tag, ...artifact }];
        } catch (error) {
          signal.throwIfAborted();
          report.warn(messageOf(error));
          return [];
        }
      },
      { concurrency: QUESTIONS },
    );
    const weights = found.flat().sort((a, b) => (a.name + a.tag < b.name + b.tag ? -1 : 1));
    if (flags.json) {
      const rows = weights.map(({ files, layers, ...weight }) => ({
        ...weight,
        fileCount: files.length,
        layerCount: layers.length,
      }));
      stdout.write(`${JSON.stringify({ repository: repository.name, weights: rows }, null, 2)}\n`);
      return 0;
    }
    if (weights.length === 0) report.info(`${repository.name} has no weights.`);
    else stdout.write(tableText(["NAME", "TARGET", "SIZE", "FILES", "LAYERS", "TAG"], weights.map(listRow)));
    return 0;
  });
}

function listRow({ name, target, size, files, layers, tag }: WeightArtifact & { readonly tag: string }) {
  return [name, target, weightSize(size), String(files.length), String(layers.length), tag];
}

async function weightTags(repository: WeightRepository, signal: AbortSignal): Promise<readonly string[]> {
  return await asking(repository, "cannot list the weights of", async () => {
    const found: string[] = [];
    for await (const tag of repository.registry.tags(repository.repository, { signal }))
      if (isWeightTag(tag)) found.push(tag);
    return found;
  });
}

export async function inspectCommand(flags: ListFlags, named: string, context: CommandContext): Promise<number> {
  tellExperimental(context);
  const weight =
    isWeightTag(named) || /[/:@]/.test(named)
      ? await fromRegistry(named, flags, context)
      : fromLock(named, flags, context);
  const { stdout } = context;
  stdout.write(flags.json ? `${JSON.stringify(weight, null, 2)}\n` : inspectionText(weight));
  return 0;
}

type Inspected = WeightArtifact & Partial<Pick<LockedWeight, "sources" | "importedAt">>;

function fromLock(name: string, flags: ListFlags, context: CommandContext): Inspected {
  const lock = readLock(openedProject(flags, context).directory);
  if (lock === undefined) throw noLock();
  const found = lock.weights.find((weight) => weight.name === name);
  if (found !== undefined) return found;
  throw new UserError("weights.not_imported", `weight "${name}" not found in weights.lock`, {
    hint: `It has: ${lock.weights.map((weight) => weight.name).join(", ") || "none"}`,
  });
}

async function fromRegistry(named: string, flags: ListFlags, context: CommandContext): Promise<Inspected> {
  const isTag = isWeightTag(named);
  const place = isTag ? repositoryOf(openedProject(flags, context), context) : referenceTo(named);
  const wanted = isTag ? named : (referenceTo(named).digest ?? referenceTo(named).tag);
  if (wanted === undefined) {
    throw new UserError("weights.unknown", `"${named}" names a repository, and no weight in it`, {
      hint: `'cog weights list ${named}' lists them.`,
    });
  }
  return await withRegistries(context, async ({ open }) => {
    const repository = await open(place);
    const found = await findArtifact(repository, wanted, context.signal);
    if (found !== undefined) return found;
    throw new UserError("weights.unknown", `${repository.name} has no ${wanted}`, {
      hint: `'cog weights list ${repository.name}' lists what it has.`,
    });
  });
}

function inspectionText(weight: Inspected): string {
  const { name, target, digest, setDigest, size, sizeCompressed, files, layers, sources = [], importedAt } = weight;
  const facts = [
    ["Name", name],
    ["Target", target],
    ["Set digest", setDigest],
    ["Manifest", digest],
    ["Size", `${weightSize(size)} (${weightSize(sizeCompressed)} in the registry)`],
    ...sources.map(({ uri, fingerprint }) => ["Source", `${uri} (${fingerprint})`]),
    ...(importedAt === undefined ? [] : [["Imported", importedAt]]),
  ];
  const layerRows = layers.map((layer) => [
    layer.digest.slice(0, SHORT),
    weightSize(layer.size),
    kindOf(layer.mediaType),
  ]);
  const fileRows = files.map((file) => [
    file.path,
    weightSize(file.size),
    file.digest.slice(0, SHORT),
    file.layer.slice(0, SHORT),
  ]);
  return [
    facts.map(([key = "", value = ""]) => `${`${key}:`.padEnd(12)}${value}\n`).join(""),
    tableText(["LAYER", "SIZE", "TYPE"], layerRows),
    tableText(["PATH", "SIZE", "DIGEST", "LAYER"], fileRows),
  ].join("\n");
}

/** `application/vnd.oci.image.layer.v1.tar+gzip` → `tar+gzip` */
function kindOf(mediaType: string): string {
  return mediaType.slice(mediaType.lastIndexOf(".") + 1);
}

function openedProject({ file }: Pick<ListFlags, "file">, { report, workingDirectory, settings }: CommandContext) {
  return openProject({ workingDirectory, file, report, deprecations: settings.deprecationWarnings });
}

function referenceTo(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UserError("usage", error.message, {
      cause: error,
      hint: "Write it like registry.example.com/ada/resnet:cog-weight.base.1f0e2d3c4b5a.",
    });
  }
}

/** The stories of `cog weights`: which project, which repository, who we are there; the rest is in `weights/`. */
import type { WeightConfig } from "@cog/core/config";
import { type CogError, messageOf, UserError } from "@cog/core/errors";
import type { WeightEvent, WeightStatus, WeightsStatusDocument } from "@cog/core/wire";
import { openProject, openState, type Project } from "#project";
import { modelRepository } from "#push";
import { registryHost } from "#registry";
import {
  importWeights,
  mustBeInSync,
  noLock,
  planWeights,
  presentLayers,
  pullWeights,
  pushWeights,
  readLock,
  statusOf,
  type Telling,
  type WeightRepository,
  weightSize,
} from "#weights";
import type { CommandContext } from "./command.ts";
import { tableText } from "./table.ts";
import { type OpenRepository, type Registries, tellExperimental, withRegistries } from "./weight-registries.ts";
import type { ImportFlags, PullFlags, PushFlags, StatusFlags } from "./weights.ts";

/** What programs read, one line an event. */
export function tellingOf({ report, signal, stdout }: CommandContext, { json }: { readonly json: boolean }): Telling {
  const emit = (event: WeightEvent) => stdout.write(`${JSON.stringify(event)}\n`);
  return { report, signal, ...(json && { emit }) };
}

export async function importCommand(
  flags: ImportFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { settings } = context;
  const telling = tellingOf(context, flags);
  return await withWeights(flags, context, async ({ project, weights, registries, openRepository }) => {
    const repository = flags.local ? undefined : await openRepository();
    const request = {
      weights,
      chosen: chosen(weights, names),
      sources: {
        projectDirectory: project.directory,
        huggingFace: { endpoint: huggingFaceEndpoint(context), token: settings.weights.huggingFaceToken },
        s3: settings.weights.s3,
        transport: registries.transport,
        openRepository: registries.open,
      },
      cacheDirectory: settings.cacheDirectory,
      stateDirectory: openState(project.directory),
      repository,
      concurrency: settings.push.concurrency,
      verbose: flags.verbose,
    };
    const plan = await planWeights(request, telling);
    if (flags["dry-run"]) return 0;
    await repository?.mayPush();
    await importWeights(request, plan, telling);
    return 0;
  });
}

export async function pullCommand(
  flags: PullFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { cacheDirectory } = context.settings;
  return await withWeights(flags, context, async ({ project, weights, openRepository }) => {
    const wanted = chosen(weights, names).map(({ name }) => name);
    const { directory: projectDirectory } = project;
    const { verbose } = flags;
    const repository = await openRepository();
    const request = { projectDirectory, names: wanted, cacheDirectory, repository, verbose };
    await pullWeights(request, tellingOf(context, flags));
    return 0;
  });
}

export async function pushCommand(
  flags: PushFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { cacheDirectory, push } = context.settings;
  return await withWeights(flags, context, async ({ project, weights, openRepository }) => {
    const wanted = chosen(weights, names);
    const lock = readLock(project.directory);
    if (lock === undefined) throw noLock();
    mustBeInSync(weights, lock);
    const entries = lock.weights.filter(({ name }) => wanted.some((weight) => weight.name === name));
    const repository = await openRepository();
    await repository.mayPush();
    const { verbose } = flags;
    const request = { entries, repository, cacheDirectory, concurrency: push.concurrency, verbose };
    await pushWeights(request, tellingOf(context, flags));
    return 0;
  });
}

export async function statusCommand(flags: StatusFlags, context: CommandContext): Promise<number> {
  const { stdout, showError } = context;
  return await withWeights(flags, context, async ({ project, weights, openRepository }) => {
    const repository = await openRepository();
    const lock = readLock(project.directory);
    const layers = lock?.weights.flatMap((entry) => entry.layers) ?? [];
    const statuses = statusOf(weights, lock, await present(repository, layers, context));
    const document: WeightsStatusDocument = { weights: statuses };
    if (flags.json) stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else stdout.write(flags.verbose ? verboseText(statuses) : tableText(HEAD, statuses.map(asRow)));
    if (statuses.every(({ status }) => status === "ready")) return 0;
    showError(
      new UserError("weights.not_ready", "not all weights are ready", {
        hint: "Run 'cog weights import' to import and push what is missing.",
      }),
    );
    return 1;
  });
}

/** What cannot be asked is taken for missing, but said. */
async function present(
  repository: WeightRepository,
  layers: readonly { readonly digest: string }[],
  { signal, report }: CommandContext,
): Promise<ReadonlySet<string>> {
  try {
    return await presentLayers(repository, layers, signal);
  } catch (error) {
    signal.throwIfAborted();
    report.warn(messageOf(error));
    return new Set();
  }
}

const HEAD = ["NAME", "TARGET", "STATUS", "SIZE", "LAYERS", "DIGEST"];

function asRow({ name, target, status, size, layerCount, digest }: WeightStatus): readonly string[] {
  if (digest === "") return [name, target, status, "-", "-", "-"];
  return [name, target, status, weightSize(size), String(layerCount), digest.slice(0, "sha256:".length + 12)];
}

function verboseText(statuses: readonly WeightStatus[]): string {
  const layers = statuses.flatMap(({ name, layers }) =>
    layers.map((layer) => [name, layer.digest, weightSize(layer.size), layer.status]),
  );
  const table = tableText(HEAD, statuses.map(asRow));
  return layers.length === 0 ? table : `${table}\n${tableText(["NAME", "LAYER", "SIZE", "STATUS"], layers)}`;
}

interface Opened {
  readonly project: Project;
  readonly weights: readonly WeightConfig[];
  readonly registries: Registries;
  /** That of the model. @throws UserError where nothing names one */
  openRepository(): Promise<OpenRepository>;
}

async function withWeights(
  flags: Pick<ImportFlags, "file">,
  context: CommandContext,
  work: (opened: Opened) => Promise<number>,
): Promise<number> {
  tellExperimental(context);
  const { project, weights } = openWeights(flags, context);
  return await withRegistries(context, async (registries) => {
    const openRepository = async () => await registries.open(repositoryOf(project, context));
    return await work({ project, weights, registries, openRepository });
  });
}

/** @throws UserError where cog.yaml lists none */
function openWeights({ file }: Pick<ImportFlags, "file">, { report, workingDirectory, settings }: CommandContext) {
  const project = openProject({ workingDirectory, file, report, deprecations: settings.deprecationWarnings });
  const { weights = [] } = project.config;
  if (weights.length > 0) return { project, weights };
  throw new UserError("weights.none", "no weights defined in cog.yaml", {
    hint: "List them under 'weights', each with a name, a target and a source.",
  });
}

export function repositoryOf({ config: { model } }: Project, { settings, global }: CommandContext) {
  const named = global.registry ?? settings.registryHost;
  const found = modelRepository(
    { model, variables: settings.model, registryHost: named && registryHost(named) },
    new Date(),
  );
  if (found !== undefined) return found;
  throw new UserError(
    "weights.no_model",
    "weight commands require a model ref: set 'model' in cog.yaml, or export COG_MODEL / COG_MODEL_REPO",
  );
}

/** All of them where no name is given. */
function chosen(weights: readonly WeightConfig[], names: readonly string[]): readonly WeightConfig[] {
  const unknown = [...new Set(names)].filter((name) => !weights.some((weight) => weight.name === name));
  if (unknown.length > 0) throw unknownNames(unknown, weights);
  return names.length === 0 ? weights : weights.filter(({ name }) => names.includes(name));
}

function unknownNames(unknown: readonly string[], weights: readonly WeightConfig[]): CogError {
  const quoted = unknown.map((name) => `"${name}"`).join(", ");
  return new UserError("weights.unknown", `weight ${quoted} not found in cog.yaml`, {
    hint: `It has: ${weights.map(({ name }) => name).join(", ")}`,
  });
}

function huggingFaceEndpoint({ settings }: CommandContext): URL {
  const { huggingFaceEndpoint: text } = settings.weights;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new UserError("weights.source", "HF_ENDPOINT is not the address of a web server", {
    hint: "Set it to one like https://huggingface.co.",
  });
}

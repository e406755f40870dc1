/** The stories of `cog weights`: which project, which repository, who we are there; the rest is in `weights/`. */
import { join } from "node:path";
import type { WeightConfig } from "@cog/core/config";
import { type CogError, UserError } from "@cog/core/errors";
import type { WeightStatus, WeightsStatusDocument } from "@cog/core/wire";
import { caCertificate } from "#build";
import { openProject, openState, type Project } from "#project";
import { modelRepository } from "#push";
import { checkPushAccess, openRegistry, RegistryError, registryHost, storedCredentials, Transport } from "#registry";
import {
  explainRegistry,
  importWeights,
  planWeights,
  presentLayers,
  pullWeights,
  readLock,
  statusOf,
  type WeightRepository,
  weightSize,
} from "#weights";
import type { CommandContext } from "./command.ts";
import { tableText } from "./table.ts";
import type { ImportFlags, PullFlags, StatusFlags } from "./weights.ts";

export async function importCommand(
  flags: ImportFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { settings } = context;
  return await withRepository(flags, context, async ({ project, weights, repository, transport, mayPush }) => {
    const request = {
      weights,
      chosen: chosen(weights, names),
      sources: {
        projectDirectory: project.directory,
        huggingFace: { endpoint: huggingFaceEndpoint(context), token: settings.weights.huggingFaceToken },
        transport,
      },
      cacheDirectory: settings.cacheDirectory,
      stateDirectory: openState(project.directory),
      repository,
      concurrency: settings.push.concurrency,
      verbose: flags.verbose,
    };
    const plan = await planWeights(request, context);
    if (flags["dry-run"]) return 0;
    await mayPush();
    await importWeights(request, plan, context);
    return 0;
  });
}

export async function pullCommand(
  flags: PullFlags,
  names: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { cacheDirectory } = context.settings;
  return await withRepository(flags, context, async ({ project, weights, repository }) => {
    const wanted = chosen(weights, names).map(({ name }) => name);
    const { directory: projectDirectory } = project;
    const { verbose } = flags;
    await pullWeights({ projectDirectory, names: wanted, cacheDirectory, repository, verbose }, context);
    return 0;
  });
}

export async function statusCommand(flags: StatusFlags, context: CommandContext): Promise<number> {
  const { stdout, showError } = context;
  return await withRepository(flags, context, async ({ project, weights, repository }) => {
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
    report.warn(error instanceof Error ? error.message : String(error));
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
  readonly repository: WeightRepository;
  readonly transport: Transport;
  /** Asks before anything is fetched. @throws CogError when the registry would refuse */
  mayPush(): Promise<void>;
}

async function withRepository(
  flags: Pick<ImportFlags, "file">,
  context: CommandContext,
  work: (opened: Opened) => Promise<number>,
): Promise<number> {
  const { report, workingDirectory, settings, signal } = context;
  report.warn("NOTE: cog weights is experimental. Behavior may change in future versions.");
  report.warn("Do not rely on it in production workflows.");
  report.info("");
  const project = openProject({
    workingDirectory,
    file: flags.file,
    report,
    deprecations: settings.deprecationWarnings,
  });
  const { weights = [] } = project.config;
  if (weights.length === 0) {
    throw new UserError("weights.none", "no weights defined in cog.yaml", {
      hint: "List them under 'weights', each with a name, a target and a source.",
    });
  }
  const target = repositoryOf(project, context);
  const { dockerConfig, podmanAuth, insecureHosts, caCertificate: certificate } = settings.registries;
  const transport = new Transport({ insecureHosts, certificates: caCertificate(certificate) });
  const { host, repository } = target;
  const name = `${host}/${repository}`;
  try {
    const files = [join(dockerConfig, "config.json"), ...(podmanAuth === undefined ? [] : [podmanAuth])];
    const stored = await storedCredentials(target, { files, signal }).catch((error: unknown) => {
      if (!(error instanceof RegistryError)) throw error;
      report.warn(error.message);
      return undefined;
    });
    const credentials = stored?.credentials;
    const registry = openRegistry({
      host,
      transport,
      credentials,
      limits: settings.push,
      onRetry: ({ error, waitMs }) => report.debug(`${error.message}; again in ${Math.round(waitMs)} ms`),
    });
    const mayPush = async () => {
      try {
        await checkPushAccess(target, { credentials, transport, signal });
      } catch (error) {
        throw explainRegistry(error, "cannot push weights to", { name, host });
      }
    };
    return await work({ project, weights, repository: { registry, repository, name }, transport, mayPush });
  } catch (error) {
    // What was broken off fails in its own words.
    signal.throwIfAborted();
    throw error;
  } finally {
    await transport.close();
  }
}

function repositoryOf({ config: { model } }: Project, { settings, global }: CommandContext) {
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

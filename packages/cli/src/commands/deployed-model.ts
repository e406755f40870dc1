/** What `cog deploy` is about: the image by its digest, and what it says of its model. */
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import { type DeployedModel, factsOfConfig, factsOfImage, type ModelFacts, nameOf } from "#deploy";
import { openProject, type Project } from "#project";
import { type ImagePlace, loginCommands, modelRepository } from "#push";
import { type Manifest, parseReference, type Reference, type Registry, RegistryError, registryHost } from "#registry";
import type { CommandContext } from "./command.ts";
import { readImageConfig } from "./image-config.ts";
import { withRegistries } from "./weight-registries.ts";

export interface DeployFlags {
  readonly image: string | undefined;
  readonly name: string | undefined;
  readonly file: string;
}

/** An image as somebody named it; without tag and digest, what was pushed last is meant. */
type Wanted = Pick<Reference, "host" | "repository" | "tag" | "digest">;

export async function deployedModel(flags: DeployFlags, context: CommandContext): Promise<DeployedModel> {
  const project = projectOf(flags, context);
  const wanted = wantedImage(flags.image, project, context);
  const { host, repository } = wanted;
  const repositoryName = `${host}/${repository}`;
  const { digest, foundAs, facts } = await withRegistries(context, async (registries) => {
    const { registry } = await registries.open(wanted);
    return wanted.digest === undefined
      ? await lookedUp(wanted, registry, context)
      : { ...(await lookedAt(wanted, wanted.digest, { registry, project }, context)), digest: wanted.digest };
  });
  return {
    name: flags.name ?? nameOf(repository),
    image: { reference: `${repositoryName}@${digest}`, foundAs },
    weightsRepository: repositoryName,
    ...facts,
  };
}

/** With an image none is needed. */
function projectOf({ image, file }: DeployFlags, context: CommandContext): Project | undefined {
  const { workingDirectory, report, settings } = context;
  try {
    return openProject({ workingDirectory, file, report, deprecations: settings.deprecationWarnings });
  } catch (error) {
    if (image !== undefined && error instanceof CogError && error.code === "config.not_found") return undefined;
    throw error;
  }
}

function wantedImage(image: string | undefined, project: Project | undefined, context: CommandContext): Wanted {
  const { settings, global } = context;
  const { model: whole, tag } = settings.model;
  const named = image ?? whole;
  if (named !== undefined) return read(named, image === undefined ? "COG_MODEL" : "--image");
  const host = global.registry ?? settings.registryHost;
  const words = { model: project?.config.model, variables: settings.model, registryHost: host && registryHost(host) };
  const model = modelRepository(words, new Date());
  if (model !== undefined) return { host: model.host, repository: model.repository, ...(tag !== undefined && { tag }) };
  if (project?.config.image !== undefined) return { tag: "latest", ...read(project.config.image, "image") };
  throw new UserError(
    "deploy.no_image",
    "nothing says which image to deploy: cog.yaml has neither 'model' nor 'image'",
    {
      hint: "Push it first: cog push registry.example.com/ada/my-model\nThen name it: cog deploy … --image registry.example.com/ada/my-model",
    },
  );
}

/** A name alone is an image's; a model has no `latest`. */
function read(text: string, where: string): Wanted {
  try {
    const reference = parseReference(text);
    return where === "--image" && reference.digest === undefined ? { tag: "latest", ...reference } : reference;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UserError("deploy.image", `invalid ${where}: ${error.message}`, {
      hint: "Name it like registry.example.com/ada/my-model:v1, or with @sha256:… at its end.",
    });
  }
}

interface Found {
  readonly digest: string;
  readonly foundAs: string | undefined;
  readonly facts: ModelFacts;
}

async function lookedUp(wanted: Wanted, registry: Registry, { signal }: CommandContext): Promise<Found> {
  const { host, repository } = wanted;
  try {
    const tag = wanted.tag ?? (await newestTag(registry, repository, signal));
    const manifest = tag === undefined ? undefined : await registry.getManifest(repository, tag, { signal });
    const foundAs = tag === undefined ? `${host}/${repository}` : `${host}/${repository}:${tag}`;
    if (manifest === undefined) throw notPushed(foundAs, tag === undefined);
    const facts = await modelFacts(manifest, { registry, repository, signal });
    if (facts === undefined) throw notCog(foundAs);
    return { digest: manifest.descriptor.digest, foundAs, facts };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw cannotLook(error, wanted);
  }
}

/** A digest is enough to go on with: what its image is may be taken from the project. */
async function lookedAt(
  wanted: Wanted,
  digest: string,
  { registry, project }: { readonly registry: Registry; readonly project: Project | undefined },
  { signal, report }: CommandContext,
): Promise<Omit<Found, "digest">> {
  const { repository } = wanted;
  try {
    const manifest = await registry.getManifest(repository, digest, { signal });
    if (manifest === undefined) throw notPushed(`${wanted.host}/${repository}@${digest}`, false);
    const facts = await modelFacts(manifest, { registry, repository, signal });
    if (facts === undefined) throw notCog(`${wanted.host}/${repository}@${digest}`);
    return { foundAs: undefined, facts };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    signal.throwIfAborted();
    if (project === undefined) throw cannotLook(error, wanted);
    report.warn(`${error.message}; what the image needs is taken from cog.yaml`);
    return { foundAs: undefined, facts: factsOfConfig(project.config) };
  }
}

async function modelFacts(manifest: Manifest, place: ImagePlace): Promise<ModelFacts | undefined> {
  const config = await readImageConfig(Buffer.from(manifest.bytes).toString("utf8"), place);
  return config === undefined ? undefined : factsOfImage(config);
}

/** Those that `cog push` makes of the time, which sort by it. */
async function newestTag(registry: Registry, repository: string, signal: AbortSignal): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const tag of registry.tags(repository, { signal })) {
    if (/^\d{8}T\d{6}Z$/.test(tag) && (newest === undefined || tag > newest)) newest = tag;
  }
  return newest;
}

function notPushed(name: string, isModel: boolean): UserError {
  const missing = isModel ? `${name} has no tag that 'cog push' made of a time` : `${name} is not in its registry`;
  const other = isModel ? "\nA tag of your own is named by COG_MODEL_TAG, or by --image NAME:TAG." : "";
  return new UserError("deploy.not_pushed", missing, {
    hint: `Push it first with 'cog push', or name another image with --image.${other}`,
  });
}

function notCog(name: string): UserError {
  return new UserError("image.not_cog", `${name} does not appear to be a Cog model`, {
    hint: "Images made by 'cog build' and 'cog push' carry the label run.cog.config.",
  });
}

function cannotLook({ failure, message, cause }: RegistryError, { host, repository }: Wanted): CogError {
  const said = `cannot look up ${host}/${repository}: ${message}`;
  if (failure === "unauthorized" || failure === "denied")
    return new UserError(`registry.${failure}`, said, { cause, hint: loginCommands(host) });
  return new UnavailableError("registry.unreachable", said, {
    cause,
    hint: "Check the name and the network; where only the cluster gets there, give the digest: --image NAME@sha256:…",
  });
}

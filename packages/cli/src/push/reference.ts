/** Where an image is pushed to, from all that can say it. Pure: mistakes are told before anything is built. */
import { UserError } from "@cog/core/errors";
import { isDockerHub, parseReference, RegistryError } from "#registry";

export interface TargetWords {
  /** `cog push IMAGE` */
  readonly argument: string | undefined;
  /** Of cog.yaml. */
  readonly image: string | undefined;
  readonly model: string | undefined;
  readonly variables: ModelVariables;
  /** `--registry`, or COG_REGISTRY_HOST, when one is given. */
  readonly registryHost: string | undefined;
}

/** COG_MODEL, COG_MODEL_REGISTRY, COG_MODEL_REPO, COG_MODEL_TAG */
export interface ModelVariables {
  readonly model: string | undefined;
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
}

export interface PushTarget {
  /** What is tagged and pushed: `HOST/REPOSITORY:TAG`, or what the user wrote. */
  readonly name: string;
  /** The same without its tag. */
  readonly repositoryName: string;
  readonly host: string;
  /** Without the host. */
  readonly repository: string;
  /** Undefined where the user wrote none. */
  readonly tag: string | undefined;
  /** A model is an index, which names its image; everything else is one image. */
  readonly kind: "model" | "image";
}

/** The registry of Replicate, whatever the default one is. */
export const REPLICATE = "r8.im";

const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const RESERVED = "cog-";

/** @throws UserError for words that contradict each other, or name nothing that can be pushed to */
export function resolveTarget(words: TargetWords, now: Date): PushTarget {
  const { argument, image, model, variables } = words;
  const isModel = variables.model !== undefined || variables.repository !== undefined || model !== undefined;
  if (image !== undefined && Object.values(variables).some((value) => value !== undefined)) {
    throw new UserError("push.conflict", "'image' in cog.yaml cannot be combined with COG_MODEL* env vars", {
      hint: "Name the repository with 'model' instead of 'image' in cog.yaml,\nor unset COG_MODEL, COG_MODEL_REGISTRY, COG_MODEL_REPO and COG_MODEL_TAG.",
    });
  }
  if (argument !== undefined && isModel) {
    throw new UserError("push.conflict", "positional image argument not supported with 'model' config", {
      hint: "Set COG_MODEL to push to another place: COG_MODEL=registry.example.com/name:tag cog push\nSet COG_MODEL_TAG to choose only the tag: COG_MODEL_TAG=v1 cog push",
    });
  }
  if (isModel) return modelTarget(words, now);
  const name = argument ?? image;
  if (name !== undefined) return targetOf(name);
  throw new UserError(
    "push.no_target",
    "To push images, you must either set the 'image' option in cog.yaml or pass an image name as an argument. For example, 'cog push registry.example.com/your-username/model-name'",
  );
}

/** Where a model's weights are kept, whatever its tag; undefined when nothing names a model. */
export function modelRepository(words: Omit<TargetWords, "argument" | "image">, now: Date): PushTarget | undefined {
  const { model, variables } = words;
  if (variables.model === undefined && variables.repository === undefined && model === undefined) return undefined;
  const whole = variables.model?.replace(/@.*$/, "");
  return modelTarget(
    { ...words, argument: undefined, image: undefined, variables: { ...variables, model: whole } },
    now,
  );
}

function modelTarget({ model, variables, registryHost }: TargetWords, now: Date): PushTarget {
  if (variables.model !== undefined) return wholeModel(variables.model, now);
  const { registry, repository, tag } = variables;
  if (registry !== undefined && /[/@]/.test(registry)) {
    throw new UserError(
      "push.reference",
      `invalid COG_MODEL_REGISTRY "${registry}": must be a bare host (no path, tag, or digest)`,
    );
  }
  if (repository !== undefined && /[:@]/.test(repository)) {
    throw new UserError(
      "push.reference",
      `invalid COG_MODEL_REPO "${repository}": must be a bare repository path (no host, tag, or digest)`,
    );
  }
  if (tag !== undefined) checkTag(tag, "COG_MODEL_TAG", tag);
  const written = model === undefined ? undefined : parsed(model, "model");
  // `acme/resnet` alone is Docker Hub's, as for docker; a repository without any word about the registry is Replicate's.
  const host =
    registry ?? (written?.hostIsDefault === false ? written.host : (registryHost ?? written?.host ?? REPLICATE));
  const path = repository ?? withoutHost(model ?? "", written?.hostIsDefault ?? true);
  return targetOf(`${host}/${path}:${tag ?? timestampTag(now)}`, repository === undefined ? "model" : "COG_MODEL_REPO");
}

/** COG_MODEL says all of it, but may leave the tag to us. */
function wholeModel(text: string, now: Date): PushTarget {
  const { tag, digest } = parsed(text, "COG_MODEL");
  if (tag !== undefined && digest === undefined) checkTag(tag, "COG_MODEL", text);
  return targetOf(tag === undefined && digest === undefined ? `${text}:${timestampTag(now)}` : text, "COG_MODEL");
}

function checkTag(tag: string, variable: string, value: string): void {
  if (!TAG.test(tag))
    throw new UserError("push.tag", `invalid ${variable} "${value}": must match OCI tag regex ${TAG.source}`);
  if (tag.startsWith(RESERVED)) {
    throw new UserError(
      "push.tag",
      `invalid ${variable} "${value}": "${RESERVED}" is a reserved prefix — choose a different tag`,
    );
  }
}

/** 20260102T030405Z */
function timestampTag(now: Date): string {
  return now.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
}

function targetOf(name: string, variable?: string): PushTarget {
  const kind = variable === undefined ? "image" : "model";
  const { host, repository, tag, digest } = parsed(name, variable);
  if (digest !== undefined) {
    throw new UserError("push.reference", `cannot push to digest-pinned ref ${name}: model push requires a tag`, {
      hint: "The digest is known when the image is pushed; leave it out.",
    });
  }
  const repositoryName = tag === undefined ? name : name.slice(0, -tag.length - 1);
  return { name, repositoryName, host, repository, tag, kind };
}

function parsed(text: string, variable?: string) {
  try {
    return parseReference(text);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const place = variable === undefined ? "" : `invalid ${variable}: `;
    throw new UserError("push.reference", `${place}${error.message}`, {
      hint: "Name it like registry.example.com/owner/model, or with a tag at its end.",
    });
  }
}

function withoutHost(text: string, hostIsDefault: boolean): string {
  return hostIsDefault ? text : text.slice(text.indexOf("/") + 1);
}

/** As `docker login` and `cog login --registry` are told it. */
export function loginCommands(host: string): string {
  return `Log in with 'cog login --registry ${host}' or 'docker login${isDockerHub(host) ? "" : ` ${host}`}'.`;
}

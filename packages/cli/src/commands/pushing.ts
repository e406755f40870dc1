/** The story of `cog push`: where to; the code alone where that will do, else may we, build, push; say what it is called. */
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import { type LockedWeight, PUSH_ID_LABEL } from "@cog/core/wire";
import { caCertificate } from "#build";
import { type ContainerTool, qualifiedName } from "#docker";
import type { Project } from "#project";
import {
  type BundleRequest,
  type DirectPush,
  findWeights,
  newPushId,
  openAccess,
  type PushContext,
  type PushEvent,
  type PushTarget,
  platformOf,
  pushBundle,
  pushTo,
  REPLICATE,
  resolveTarget,
} from "#push";
import { COMPRESSIONS, registryHost } from "#registry";
import { reporterWith } from "#report";
import { mustBeInSync, readLock } from "#weights";
import { chooseBuilder } from "./builder.ts";
import { buildProject, readForImage } from "./building.ts";
import {
  type CodePushing,
  codeDigestOf,
  mayPushCode,
  type PushedCodeOutcome,
  rememberPush,
  tryCodePush,
} from "./code-pushing.ts";
import type { CommandContext } from "./command.ts";
import { projectOf } from "./project.ts";
import type { PushFlags } from "./push.ts";
import { type PushedModel, referenceTree, refsOf } from "./pushed-text.ts";

export async function pushModel(
  flags: PushFlags,
  argument: string | undefined,
  context: CommandContext,
): Promise<number> {
  const { stdout, report } = context;
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    report.warn(message);
  };
  const outcome = await push(flags, argument, { ...context, report: reporterWith(report, { warn }) });
  const { target, pushed, what } = outcome;
  if (what === "nothing") report.info(`${target.name} is already up to date`);
  report.info(referenceTree(pushed));
  if (target.host === REPLICATE)
    report.info(`\nRun your model on Replicate:\n    https://replicate.com/${target.repository}`);
  if (flags.json) {
    const { digest, reference: ref } = pushed.model ?? pushed.image;
    const { id, sizeBytes: size } = outcome;
    const document = { image: target.name, ref, digest, refs: refsOf(pushed), id, size, pushed: what, warnings };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  return 0;
}

interface Outcome {
  readonly target: PushTarget;
  readonly what: "image" | "code" | "nothing";
  readonly id: string;
  readonly sizeBytes: number;
  readonly pushed: PushedModel;
}

async function push(flags: PushFlags, argument: string | undefined, context: CommandContext): Promise<Outcome> {
  const mayBeShort = mayPushCode(flags);
  const project = projectOf(flags, context);
  const target = targetOf(project, argument, context);
  const locked = lockedWeights(project);
  const read = await readForImage(project, flags, context);
  const pushing = { project, flags, target, locked, read };
  const short = mayBeShort ? await tryCodePush(pushing, context) : undefined;
  if (short === undefined) return await pushImage(pushing, context);
  const { pushed, kind } = short;
  const { id, sizeBytes } = pushed;
  return { target, what: kind === "pushed" ? "code" : "nothing", id, sizeBytes, pushed: pushedModel(pushed) };
}

function pushedModel({ model, image, weights }: PushedCodeOutcome["pushed"]): PushedModel {
  return model === undefined ? { image } : { model, image, weights };
}

async function pushImage(pushing: CodePushing, context: CommandContext): Promise<Outcome> {
  const { project, flags, locked, read } = pushing;
  const { report, signal } = context;
  const direct = context.settings.push.oci ? directPush(context) : undefined;
  const tool = await chooseBuilder(context);
  const target = asKnownTo(tool, pushing.target);
  const access = await openAccess(target, { tool, signal, report, ...accessSettings(tool, context) });
  try {
    const weights = await findWeights(locked, { target, access, tool, signal });
    const labels = { [PUSH_ID_LABEL]: newPushId() };
    const codeDigest = await codeDigestOf(pushing, context).catch(() => undefined);
    const wishes = { tool: Promise.resolve(tool), names: [target.name], labels, read };
    const image = await buildProject(project, flags, wishes, context);
    const onEvent = flags.json ? (event: PushEvent) => report.output(`${JSON.stringify(event)}\n`) : undefined;
    const platform = platformOf(flags.platform);
    const pushed = await pushBuilt({ platform, weights }, { target, access, tool, signal, report, direct, onEvent });
    const { environment, id, sizeBytes } = image;
    const { registry } = access;
    const { digest } = pushed.model ?? pushed.image;
    if (environment !== undefined && registry !== undefined)
      await rememberPush(pushing, { digest, registry, environment, codeDigest }, context);
    return { target, what: "image", id, sizeBytes, pushed };
  } finally {
    await access.close();
  }
}

type Built = Pick<BundleRequest, "platform" | "weights">;

async function pushBuilt(built: Built, context: PushContext): Promise<PushedModel> {
  const { target, access, report, tool } = context;
  const { kind, tag, host } = target;
  if (kind === "image" || tag === undefined) return { image: await pushTo(context) };
  if (access.registry !== undefined) return await pushBundle({ ...built, tag, registry: access.registry }, context);
  report.warn(`${host} can be reached by ${tool} only, which pushes the image, but not the index of a model.`);
  return { image: await pushTo(context) };
}

function targetOf({ config }: Project, argument: string | undefined, { settings, global }: CommandContext): PushTarget {
  const named = global.registry ?? settings.registryHost;
  const { image, model } = config;
  const words = { argument, image, model, variables: settings.model };
  return resolveTarget({ ...words, registryHost: named && registryHost(named) }, new Date());
}

/** @throws UserError when they are not as cog.yaml has them */
function lockedWeights({ config: { weights = [] }, directory }: Project): readonly LockedWeight[] {
  if (weights.length === 0) return [];
  const lock = readLock(directory);
  mustBeInSync(weights, lock);
  return lock?.weights ?? [];
}

/** Podman and Buildah would put a name without a host among the images of this machine alone. */
function asKnownTo(tool: ContainerTool, target: PushTarget): PushTarget {
  if (tool === "docker") return target;
  return {
    ...target,
    name: qualifiedName(target.name),
    repositoryName: qualifiedName(target.repositoryName),
  };
}

function accessSettings(tool: ContainerTool, { settings }: CommandContext) {
  const { dockerConfig, podmanAuth, insecureHosts, caCertificate: certificate } = settings.registries;
  const ofDocker = join(dockerConfig, "config.json");
  const ofPodman = podmanAuth === undefined ? [] : [podmanAuth];
  // The tool pushes with what it finds itself; what is pushed without it may be known from all of them.
  const others = settings.push.oci ? ofPodman : [];
  const credentialFiles = tool === "docker" ? [ofDocker, ...others] : [...ofPodman, ofDocker];
  const { thresholdBytes, chunkBytes } = settings.push;
  const limits = { thresholdBytes, chunkBytes };
  return { credentialFiles, insecureHosts, certificates: caCertificate(certificate), limits };
}

function directPush({ settings }: CommandContext): DirectPush {
  const { concurrency, compression: wanted = "gzip" } = settings.push;
  const compression = COMPRESSIONS.find((name) => name === wanted);
  if (compression === undefined)
    throw new UserError("push.compression", `COG_PUSH_COMPRESSION is "${wanted}"`, {
      hint: `Set it to ${COMPRESSIONS.join(", ")}, or unset it.`,
    });
  return { concurrency, compression, memoryDirectory: join(settings.cacheDirectory, "oci") };
}

/** The story of `cog push`: where to, may we, build, push, say what it is called. */
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import { type BuiltImage, caCertificate } from "#build";
import { type ContainerTool, qualifiedName } from "#docker";
import type { Project } from "#project";
import { checkAccess, newPushId, type Pushed, type PushTarget, pushTo, REPLICATE, resolveTarget } from "#push";
import { registryHost } from "#registry";
import { reporterWith } from "#report";
import { chooseBuilder } from "./builder.ts";
import { buildProject } from "./building.ts";
import type { CommandContext } from "./command.ts";
import { projectOf } from "./project.ts";
import type { PushFlags } from "./push.ts";

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
  const { target, image, pushed } = await push(flags, argument, { ...context, report: reporterWith(report, { warn }) });
  report.info(`  image  ${pushed.reference}`);
  if (target.host === REPLICATE)
    report.info(`\nRun your model on Replicate:\n    https://replicate.com/${target.repository}`);
  if (flags.json) {
    const { digest, reference: ref } = pushed;
    const { id, sizeBytes: size } = image;
    stdout.write(`${JSON.stringify({ image: target.name, ref, digest, id, size, warnings }, null, 2)}\n`);
  }
  return 0;
}

interface Outcome {
  readonly target: PushTarget;
  readonly image: BuiltImage;
  readonly pushed: Pushed;
}

async function push(flags: PushFlags, argument: string | undefined, context: CommandContext): Promise<Outcome> {
  const { report, signal } = context;
  const project = projectOf(flags, context);
  const wanted = targetOf(project, argument, context);
  mustBeWhole(project);
  const tool = await chooseBuilder(context);
  const target = asKnownTo(tool, wanted);
  const access = await checkAccess(target, { tool, signal, report, ...accessSettings(tool, context) });
  const labels = { "run.cog.push_id": newPushId() };
  const image = await buildProject(
    project,
    flags,
    { tool: Promise.resolve(tool), names: [target.name], labels },
    context,
  );
  return { target, image, pushed: await pushTo(target, access, { tool, signal, report }) };
}

function targetOf({ config }: Project, argument: string | undefined, { settings, global }: CommandContext): PushTarget {
  const named = global.registry ?? settings.registryHost;
  const { image, model } = config;
  const words = { argument, image, model, variables: settings.model };
  return resolveTarget({ ...words, registryHost: named && registryHost(named) }, new Date());
}

/** An image whose weights are elsewhere is of no use to anybody who pulls it. */
function mustBeWhole({ config }: Project): void {
  if ((config.weights ?? []).length === 0) return;
  throw new UserError("push.weights", "cog.yaml lists managed weights, which are no part of an image", {
    hint: "Take 'weights' out of cog.yaml, and keep the files in the project or download them in setup().",
  });
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
  const credentialFiles = tool === "docker" || podmanAuth === undefined ? [ofDocker] : [podmanAuth, ofDocker];
  return { credentialFiles, insecureHosts, certificates: caCertificate(certificate) };
}

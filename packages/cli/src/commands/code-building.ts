/** The story of `cog build --code-only`: the image that is here, or was pushed, with the project's code as it is now. */
import { createWriteStream, existsSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UnavailableError, UserError } from "@cog/core/errors";
import { ENVIRONMENT_LABEL } from "@cog/core/wire";
import { builtParts, changedParts, imageNameOf, type ProjectCode, withProjectLock } from "#build";
import { type ContainerTool, imageConfig, inspectImage, loadImage, TOOL_NAMES } from "#docker";
import { openState, type Project } from "#project";
import {
  type CodePlace,
  configWithCode,
  diffIdsOf,
  explainRefusal,
  type LastPush,
  labelsOf,
  manifestOf,
  openDirectly,
  placeOfCode,
  withScratch,
} from "#push";
import {
  blobPath,
  type CanonicalLayer,
  type Descriptor,
  digestOf,
  parseReference,
  type Registry,
  RegistryError,
  writeCanonicalLayer,
  writeLayout,
} from "#registry";
import { reporterWith } from "#report";
import type { BuildFlags } from "./build.ts";
import { chooseBuilder } from "./builder.ts";
import { type BuiltToTell, checkImageName, readForImage, tellBuilt } from "./building.ts";
import { codeSettings, EXCLUDING, mayBeCodeOnly, readCode } from "./code-only.ts";
import { directSettings, pushesOf } from "./code-pushing.ts";
import type { CommandContext } from "./command.ts";
import { projectOf } from "./project.ts";

export async function buildCode(flags: BuildFlags, outer: CommandContext): Promise<number> {
  mayBeCodeOnly(flags, ["skip-schema-validation", ...EXCLUDING], "build");
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    outer.report.warn(message);
  };
  const context = { ...outer, report: reporterWith(outer.report, { warn }) };
  const project = projectOf(flags, context);
  const names = flags.tag.length > 0 ? flags.tag : [imageNameOf(project)];
  for (const name of names) checkImageName(name);
  const read = await readForImage(project, flags, context);
  const code = await readCode({ project, flags, read }, context);
  const tool = await engineOf(context);
  const building = { project, names, code, context };
  const { signal, report } = context;
  const onWait = () => report.info("Waiting for another build in this project to finish...");
  const built = await withProjectLock(openState(project.directory), { signal, onWait }, async () =>
    withScratch(async (scratch) =>
      tool === undefined ? await intoLayout(building, scratch) : await intoEngine({ ...building, tool }, scratch),
    ),
  );
  report.info(
    built.layout === undefined
      ? `Image built as ${names.join(", ")}`
      : `Image written to ${built.layout}, as an OCI layout`,
  );
  tellBuilt({ ...built, warnings }, flags, context);
  return 0;
}

/** Undefined where none answers, and none was asked for. */
async function engineOf(context: CommandContext): Promise<ContainerTool | undefined> {
  try {
    return await chooseBuilder(context);
  } catch (error) {
    const isWanted = context.settings.builder ?? context.global.engine ?? context.settings.engine;
    if (!(error instanceof UnavailableError) || isWanted !== undefined) throw error;
    return undefined;
  }
}

interface CodeBuilding {
  readonly project: Project;
  readonly names: readonly string[];
  readonly code: ProjectCode;
  readonly context: CommandContext;
}

const PLAIN = "application/vnd.oci.image.layer.v1.tar";

type BuiltCode = Omit<BuiltToTell, "warnings">;

const HINT = "Build without --code-only: of the steps only those that changed are done again.";

function refused(message: string): UserError {
  return new UserError("code_only.refused", message, { hint: HINT });
}

async function intoEngine(
  { project, names, code, context, tool }: CodeBuilding & { readonly tool: ContainerTool },
  scratch: string,
): Promise<BuiltCode> {
  const { signal, report } = context;
  const [name = ""] = names;
  const config = await imageConfig(name, { tool, signal });
  if (config === undefined) throw refused(`${TOOL_NAMES[tool]} has no image ${name} whose code could be exchanged`);
  const place = placeIn({ config }, name, { project, code });
  const step = report.step(`Exchanging the code of ${name}...`);
  try {
    const file = join(scratch, "code");
    const layer = await packed(code, file, { signal, isPlain: true });
    const below = diffIdsOf({ config }).slice(0, place.index);
    const { digest, size } = layer;
    // The engine has them, by what they are called here, and reads nothing of them.
    const known = below.map((diffId) => ({ mediaType: PLAIN, digest: diffId, size: 0 }));
    const settings = codeSettings(code);
    const changed = configWithCode({ config }, { layer, place, settings });
    const directory = join(scratch, "image");
    writeLayout(directory, {
      config: changed,
      layers: [...known, { mediaType: PLAIN, digest, size, from: file }],
      names,
    });
    await loadImage(directory, { names, tool, signal });
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
  const image = await inspectImage(name, { tool, signal });
  if (image === undefined) throw refused(`${TOOL_NAMES[tool]} took the image in, but does not have it`);
  return { names, id: image.id, digest: image.digest, sizeBytes: image.sizeBytes };
}

/** @throws UserError for a file that is written to meanwhile */
async function packed(
  { entries, bigFiles, fileTime }: ProjectCode,
  file: string,
  options: { readonly signal: AbortSignal; readonly isPlain?: boolean },
): Promise<CanonicalLayer> {
  try {
    return await writeCanonicalLayer(await entries(bigFiles), file, { time: fileTime, ...options });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new UserError("code_only.refused", error.message, { hint: "Try again when nothing writes there." });
  }
}

/** @throws UserError where not only the code is another */
function placeIn(
  image: { readonly config: string },
  name: string,
  { project, code }: Pick<CodeBuilding, "project" | "code">,
): CodePlace {
  const before = labelsOf(image)[ENVIRONMENT_LABEL];
  const { environment } = code;
  if (before === undefined) throw refused(`${name} does not say what it is made of besides its code`);
  if (before !== environment?.digest) {
    const known = builtParts(project.directory, before);
    if (known === undefined) throw refused(`${name} has another environment than this project`);
    const parts = changedParts(known, environment?.parts ?? {});
    throw refused(`more than the code changed since ${name} was built: ${parts.join(", ")}`);
  }
  const place = placeOfCode(image, true);
  if (place === undefined || place.hidden !== undefined) throw refused(`the code in ${name} is below other layers`);
  return place;
}

/** Without an engine, the layers come from the registry that the image was pushed to: once, and then they are here. */
async function intoLayout({ project, names, code, context }: CodeBuilding, scratch: string): Promise<BuiltCode> {
  const { signal, report } = context;
  const last = pushesOf(project).find(({ envDigest }) => envDigest === code.environment?.digest);
  if (last === undefined)
    throw refused(
      "no engine answers, and no image of this environment was pushed from here, whose code could be exchanged",
    );
  const place = placeIn(last, last.ref, { project, code });
  const directory = join(openState(project.directory), "image");
  const file = join(scratch, "code");
  const layer = await packed(code, file, { signal });
  const { layers } = manifestOf(last);
  const below = layers.slice(0, place.index);
  await fetchLayers(below, last, directory, context);
  const { diffId, ...described } = layer;
  const config = configWithCode(last, { layer: { diffId }, place, settings: codeSettings(code) });
  const manifest = writeLayout(directory, {
    config,
    layers: [...below.map(asOci), { ...described, mediaType: `${PLAIN}+gzip`, from: file }],
    names,
  });
  await removeOthers(directory, [
    manifest.digest,
    digestOf(config),
    layer.digest,
    ...below.map(({ digest }) => digest),
  ]);
  report.debug(`on ${last.ref}`);
  const sizeBytes = [...below, layer].reduce((sum, { size }) => sum + size, 0);
  return { names, id: digestOf(config), digest: manifest.digest, sizeBytes, layout: directory };
}

/** Docker's own layers are the same bytes under another name. */
function asOci(layer: Descriptor): Descriptor {
  return layer.mediaType.startsWith("application/vnd.docker.") ? { ...layer, mediaType: `${PLAIN}+gzip` } : layer;
}

async function fetchLayers(
  layers: readonly Descriptor[],
  { ref }: LastPush,
  directory: string,
  context: CommandContext,
): Promise<void> {
  const { signal, report } = context;
  const missing = layers.filter(({ digest, size }) => {
    const found = statSync(blobPath(directory, digest), { throwIfNoEntry: false });
    return found?.size !== size;
  });
  if (missing.length === 0) return;
  const { host, repository, tag = "latest" } = parseReference(ref);
  const access = await openDirectly(
    { host, repository },
    { ...directSettings(context), pushes: false, signal, report },
  );
  const step = report.step(`Fetching the layers of ${ref}...`);
  try {
    for (const [at, layer] of missing.entries()) {
      step.update(`${at} of ${missing.length} layers`, at / missing.length);
      await fetchLayer(layer, { registry: access.registry, repository, directory, signal });
    }
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    if (!(error instanceof RegistryError)) throw error;
    const repositoryName = `${host}/${repository}`;
    const target = { name: ref, repositoryName, host, repository, tag, kind: "image" } as const;
    throw explainRefusal(error.failure, error.message, { target, credentialsFrom: access.credentialsFrom });
  } finally {
    await access.close();
  }
}

interface FetchPlace {
  readonly registry: Registry;
  readonly repository: string;
  readonly directory: string;
  readonly signal: AbortSignal;
}

async function fetchLayer(layer: Descriptor, { registry, repository, directory, signal }: FetchPlace): Promise<void> {
  const path = blobPath(directory, layer.digest);
  await mkdir(dirname(path), { recursive: true });
  await pipeline(registry.openBlob(repository, layer, { signal }), createWriteStream(`${path}.part`), { signal });
  await rename(`${path}.part`, path);
}

async function removeOthers(directory: string, digests: readonly string[]): Promise<void> {
  const kept = new Set(digests.map((digest) => digest.split(":")[1]));
  const folder = join(directory, "blobs", "sha256");
  for (const name of existsSync(folder) ? await readdir(folder) : [])
    if (!kept.has(name)) await rm(join(folder, name), { force: true });
}

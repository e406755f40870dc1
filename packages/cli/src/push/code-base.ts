/** Which image in a registry a push of code builds on: one whose environment is the project's. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { ENVIRONMENT_LABEL } from "@cog/core/wire";
import { type Descriptor, DOCKER_LIST, OCI_INDEX, parseReference, type Registry, RegistryError } from "#registry";
import type { Platform } from "./bundle.ts";
import { type CodePlace, type ImageDocuments, labelsOf, placeOfCode } from "./code-image.ts";
import type { LastPush } from "./last-push.ts";
import { configText, imageIn, manifestText, objectIn } from "./read-image.ts";
import type { PushTarget } from "./reference.ts";

export interface CodeBase {
  readonly image: ImageDocuments;
  readonly manifestDigest: string;
  /** The index that names it, where there is one. */
  readonly index: string | undefined;
  readonly place: CodePlace;
  /** Undefined where nobody noted it. */
  readonly envDigest: string | undefined;
  readonly codeDigest: string | undefined;
  /** Where its layers are; undefined: in the target itself. */
  readonly from: OtherPlace | undefined;
}

export interface OtherPlace {
  readonly registry: Registry;
  readonly repository: string;
}

export interface BaseRequest {
  readonly target: PushTarget;
  readonly registry: Registry;
  readonly platform: Platform;
  readonly environment: { readonly digest: string; readonly parts: Readonly<Record<string, string>> };
  /** To this repository. */
  readonly last: LastPush | undefined;
  /** To others, the newest first; only where the user insists. */
  readonly others: readonly LastPush[];
  readonly insists: boolean;
  /** cog.yaml, as images carry it. */
  readonly config: string | undefined;
  /** The way to another registry. */
  readonly open: (host: string, repository: string) => Promise<Registry>;
  readonly signal: AbortSignal;
}

export type BaseFound =
  | { readonly found: CodeBase; readonly atTag: string | undefined }
  /** Why there is none; `parts` of the environment differ from the image that was looked at. */
  | { readonly found: undefined; readonly why: NoBase };

export type NoBase =
  | { readonly kind: "nothing-pushed" }
  | {
      readonly kind: "environment";
      readonly before: Readonly<Record<string, string>> | undefined;
      readonly ref: string;
    }
  /** By what an image of another Cog says of itself. */
  | { readonly kind: "config"; readonly parts: readonly string[]; readonly ref: string }
  | { readonly kind: "compiled"; readonly ref: string };

/** The image under the tag, else the one that was pushed last: the first whose environment is the project's. */
export async function findBase(request: BaseRequest): Promise<BaseFound> {
  const { target, registry, last, environment, signal } = request;
  const head = await registry.headManifest(target.repository, target.tag ?? "latest", { signal });
  const atTag = head?.digest;
  const there = head === undefined ? undefined : await candidateAt(head, request);
  const others = there?.envDigest === undefined && there !== undefined ? otherParts(there, request) : [];
  if (others.length > 0) return { found: undefined, why: { kind: "config", parts: others, ref: target.name } };
  if (there !== undefined && fits(there, request)) return placed(there, target.name, atTag);
  const mine = last?.envDigest === environment.digest ? fromState(last) : undefined;
  if (last !== undefined && mine !== undefined && (await isKept(mine, request))) return placed(mine, last.ref, atTag);
  for (const other of request.insists ? request.others : []) {
    const elsewhere = await fromOther(other, request);
    if (elsewhere !== undefined) return placed(elsewhere, other.ref, atTag);
  }
  const ref = there === undefined ? last?.ref : target.name;
  if (ref === undefined) return { found: undefined, why: { kind: "nothing-pushed" } };
  const isLast = there === undefined || there.envDigest === last?.envDigest;
  return { found: undefined, why: { kind: "environment", before: isLast ? last?.environment : undefined, ref } };
}

async function candidateAt(head: Descriptor, request: BaseRequest): Promise<Candidate | undefined> {
  return head.digest === request.last?.digest ? fromState(request.last) : await fetched(head, request);
}

type Candidate = Omit<CodeBase, "place">;

function placed(candidate: Candidate, ref: string, atTag: string | undefined): BaseFound {
  const place = placeOfCode(candidate.image, candidate.envDigest !== undefined);
  if (place === undefined) return { found: undefined, why: { kind: "compiled", ref } };
  return { found: { ...candidate, place }, atTag };
}

/** An image of another Cog does not say what it is made of: whoever insists on it knows. */
function fits({ envDigest }: Candidate, { environment, insists }: BaseRequest): boolean {
  return envDigest === environment.digest || (envDigest === undefined && insists);
}

const COMPARED = ["gpu", "python_requirements", "python_packages", "system_packages", "run"];

/** Keys of cog.yaml that are others than when the image was made. */
function otherParts({ image }: Candidate, { config }: BaseRequest): readonly string[] {
  const labels = labelsOf(image);
  const [before, now] = [labels["run.cog.config"] ?? labels["org.cogmodel.config"], config].map(objectIn);
  if (before === undefined || now === undefined) return [];
  const differs = (a: Json | undefined, b: Json | undefined) => JSON.stringify(a) !== JSON.stringify(b);
  const build = ({ build: part }: JsonObject) => (isJsonObject(part) ? part : {});
  const keys = COMPARED.filter((key) => differs(build(before)[key], build(now)[key])).map((key) => `build.${key}`);
  return differs(before["environment"], now["environment"]) ? [...keys, "environment"] : keys;
}

function fromState({ manifest, config, manifestDigest, index, envDigest, codeDigest }: LastPush): Candidate {
  return { image: { manifest, config }, manifestDigest, index, envDigest, codeDigest, from: undefined };
}

async function isKept({ manifestDigest }: Candidate, { registry, target, signal }: BaseRequest): Promise<boolean> {
  return (await registry.headManifest(target.repository, manifestDigest, { signal })) !== undefined;
}

async function fromOther(other: LastPush, request: BaseRequest): Promise<Candidate | undefined> {
  const { registry, environment, open, signal } = request;
  if (other.envDigest !== environment.digest) return undefined;
  const { host, repository } = parseReference(other.ref);
  const from = { registry: host === registry.host ? registry : await open(host, repository), repository };
  try {
    const kept = await from.registry.headManifest(repository, other.manifestDigest, { signal });
    // What its index holds beside it stays where it is.
    return kept === undefined ? undefined : { ...fromState(other), index: undefined, from };
  } catch (error) {
    if (error instanceof RegistryError) return undefined;
    throw error;
  }
}

/** What is under the tag: an image, or the one of the platform in an index. Undefined for what is no image at all. */
async function fetched(head: Descriptor, request: BaseRequest): Promise<Candidate | undefined> {
  const { digest, mediaType } = head;
  const text = await manifestText(digest, placeOf(request));
  if (mediaType !== OCI_INDEX && mediaType !== DOCKER_LIST) return await imageOf(text, digest, undefined, request);
  const descriptor = imageIn(text, request.platform);
  if (descriptor === undefined) return undefined;
  return await imageOf(await manifestText(descriptor.digest, placeOf(request)), descriptor.digest, text, request);
}

async function imageOf(
  manifest: string,
  manifestDigest: string,
  index: string | undefined,
  request: BaseRequest,
): Promise<Candidate | undefined> {
  if (!isJsonObject(objectIn(manifest)?.["config"])) return undefined;
  const config = await configText(manifest, placeOf(request));
  if (!isJsonObject(objectIn(config)?.["rootfs"])) return undefined;
  const labels = labelsOf({ config });
  return {
    image: { manifest, config },
    manifestDigest,
    index,
    envDigest: labels[ENVIRONMENT_LABEL],
    codeDigest: undefined,
    from: undefined,
  };
}

function placeOf({ registry, target: { repository }, signal }: BaseRequest) {
  return { registry, repository, signal };
}

/** Manifests and indexes, which are bytes with a digest before they are anything else, and the tags that name them. */
import type { Waiting } from "./blob-download.ts";
import type { Connection } from "./connection.ts";
import {
  type Descriptor,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  digestOf,
  hashFor,
  OCI_INDEX,
  OCI_MANIFEST,
} from "./descriptor.ts";
import { RegistryError } from "./errors.ts";
import { refusalOf } from "./refusal.ts";
import type { Answer } from "./transport.ts";

export interface Manifest {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** Whatever a registry may have under a tag. */
const ACCEPT = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST].join(", ");

/** Undefined when there is none of this name. @param reference a tag or a digest */
export async function headManifest(
  connection: Connection,
  repository: string,
  reference: string,
  waiting: Waiting,
): Promise<Descriptor | undefined> {
  const answer = await request("HEAD", connection, repository, reference, waiting);
  if (answer === undefined) return undefined;
  const digest = answer.headers.get("docker-content-digest") ?? (isDigest(reference) ? reference : undefined);
  const size = Number(answer.headers.get("content-length") ?? Number.NaN);
  // What the registry does not say is found out.
  if (digest === undefined || Number.isNaN(size))
    return (await getManifest(connection, repository, reference, waiting))?.descriptor;
  return { mediaType: mediaTypeOf(answer), digest, size };
}

/** Undefined when there is none of this name. */
export async function getManifest(
  connection: Connection,
  repository: string,
  reference: string,
  waiting: Waiting,
): Promise<Manifest | undefined> {
  const answer = await request("GET", connection, repository, reference, waiting);
  if (answer === undefined) return undefined;
  const { bytes } = answer;
  const said = isDigest(reference) ? reference : answer.headers.get("docker-content-digest");
  if (said !== null && !matches(bytes, said))
    throw new RegistryError("corrupt", `What ${connection.host} sent for ${repository} ${reference} is not ${said}`);
  return { descriptor: { mediaType: mediaTypeOf(answer), digest: said ?? digestOf(bytes), size: bytes.length }, bytes };
}

/**
 * Puts these very bytes there.
 * @param reference a tag; absent: under their digest alone
 * @throws MissingBlobsError when blobs that they name are not there
 */
export async function putManifest(
  connection: Connection,
  repository: string,
  {
    bytes,
    mediaType,
    reference,
  }: { readonly bytes: Uint8Array; readonly mediaType: string; readonly reference?: string },
  { signal }: Waiting,
): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const answer = await connection.ask({
    method: "PUT",
    at: pathOf(repository, reference ?? digest),
    headers: { "content-type": mediaType },
    body: bytes,
    scopes: [`repository:${repository}:pull,push`],
    signal,
  });
  if (answer.status !== 201 && answer.status !== 200)
    throw refusalOf(answer, {
      host: connection.host,
      repository,
      what: `manifest ${reference ?? digest}`,
      toPush: true,
    });
  const taken = answer.headers.get("docker-content-digest");
  if (taken !== null && taken !== digest)
    throw new RegistryError("corrupt", `${connection.host} stored manifest ${digest} as ${taken}`);
  return { mediaType, digest, size: bytes.length };
}

/** All tags of a repository, as the registry orders them; none where there is no such repository. */
export async function* tags(connection: Connection, repository: string, { signal }: Waiting): AsyncGenerator<string> {
  let at: string | URL = `/v2/${repository}/tags/list?n=1000`;
  for (;;) {
    const answer = await connection.ask({ at, scopes: [`repository:${repository}:pull`], signal });
    if (answer.status === 404) return;
    if (answer.status !== 200) throw refusalOf(answer, { host: connection.host, repository, what: "its tags" });
    yield* tagsIn(answer);
    const next = nextPage(answer);
    if (next === undefined || next.href === answer.url.href) return;
    at = next;
  }
}

async function request(
  method: "GET" | "HEAD",
  connection: Connection,
  repository: string,
  reference: string,
  { signal }: Waiting,
): Promise<Answer | undefined> {
  const answer = await connection.ask({
    method,
    at: pathOf(repository, reference),
    headers: { accept: ACCEPT },
    scopes: [`repository:${repository}:pull`],
    signal,
  });
  if (answer.status === 404) return undefined;
  if (answer.status === 200) return answer;
  throw refusalOf(answer, { host: connection.host, repository, what: `manifest ${reference}` });
}

function pathOf(repository: string, reference: string): string {
  return `/v2/${repository}/manifests/${reference}`;
}

function mediaTypeOf({ headers }: Answer): string {
  return (headers.get("content-type") ?? OCI_MANIFEST).replace(/;.*$/, "").trim();
}

function isDigest(reference: string): boolean {
  return reference.includes(":");
}

function matches(bytes: Uint8Array, digest: string): boolean {
  const hash = hashFor(digest);
  hash.update(bytes);
  return hash.matches();
}

function tagsIn(answer: Answer): string[] {
  try {
    const { tags: found } = JSON.parse(answer.text()) as { readonly tags?: unknown };
    return Array.isArray(found) ? found.filter((tag): tag is string => typeof tag === "string") : [];
  } catch {
    throw new RegistryError("not-a-registry", `${answer.url.host} does not answer with a list of tags`);
  }
}

/** `Link: </v2/a/tags/list?n=2&last=b>; rel="next"` */
function nextPage({ headers, url }: Answer): URL | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec(headers.get("link") ?? "") ?? [];
  return target !== undefined && URL.canParse(target, url.href) ? new URL(target, url) : undefined;
}

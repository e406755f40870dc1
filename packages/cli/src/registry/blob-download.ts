/** Blobs on their way here: whether one is there, and its bytes, which are checked as they come. */
import type { Connection } from "./connection.ts";
import { type Descriptor, hashFor } from "./descriptor.ts";
import { RegistryError } from "./errors.ts";
import { refusalOf } from "./refusal.ts";
import { collect } from "./transport.ts";

export interface Waiting {
  readonly signal: AbortSignal;
}

/** Its size; undefined when it is not there. */
export async function headBlob(
  connection: Connection,
  repository: string,
  digest: string,
  { signal, scopes = [`repository:${repository}:pull`] }: Waiting & { readonly scopes?: readonly string[] },
): Promise<number | undefined> {
  const answer = await connection.ask({ method: "HEAD", at: pathOf(repository, digest), scopes, signal });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusalOf(answer, { host: connection.host, repository, what: `blob ${digest}` });
  return Number(answer.headers.get("content-length") ?? 0);
}

/**
 * Its bytes. Where the connection breaks they go on from there. The last step of the iteration throws when they do not
 * match the digest, so what was read before it is not to be trusted before the end.
 */
export async function* openBlob(
  connection: Connection,
  repository: string,
  { digest, size }: Pick<Descriptor, "digest"> & Partial<Pick<Descriptor, "size">>,
  { signal }: Waiting,
): AsyncGenerator<Uint8Array> {
  const hash = hashFor(digest);
  const wrong = (why: string) => new RegistryError("corrupt", `What ${connection.host} sent for blob ${digest} ${why}`);
  let read = 0;
  let isWhole = false;
  let barren = 0;
  while (!isWhole) {
    const before = read;
    const rest = await connection.retrying(
      signal,
      async () => await openAt(connection, repository, digest, read, signal),
    );
    try {
      for await (const bytes of rest) {
        hash.update(bytes);
        read += bytes.length;
        if (size !== undefined && read > size) throw wrong(`is larger than ${size} bytes`);
        yield bytes;
      }
      isWhole = true;
    } catch (error) {
      const isBroken = error instanceof RegistryError && error.temporary !== undefined;
      barren = read > before ? 0 : barren + 1;
      if (!isBroken || barren === connection.retryPolicy.attempts) throw error;
    }
  }
  if (size !== undefined && read !== size) throw wrong(`has ${read} bytes, not ${size}`);
  if (!hash.matches()) throw wrong("does not match it");
}

export interface BlobPart extends Waiting {
  readonly start: number;
  /** Without the byte there. */
  readonly end: number;
}

/** Some of its bytes, unchecked, and not gone on with where the connection breaks: for whoever does that. */
export async function* openBlobPart(
  connection: Connection,
  repository: string,
  digest: string,
  { start, end, signal }: BlobPart,
): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  const open = async () => await openAt(connection, repository, digest, start, signal);
  let left = end - start;
  for await (const bytes of await connection.retrying(signal, open)) {
    yield bytes.subarray(0, left);
    left -= bytes.length;
    if (left <= 0) return;
  }
}

async function openAt(
  connection: Connection,
  repository: string,
  digest: string,
  offset: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const answer = await connection.open({
    at: pathOf(repository, digest),
    scopes: [`repository:${repository}:pull`],
    ...(offset > 0 && { headers: { range: `bytes=${offset}-` } }),
    signal,
  });
  if (answer.status === 206 && startsAt(answer.headers.get("content-range")) === offset) return answer.body;
  if (answer.status === 200) return from(answer.body, offset);
  throw refusalOf(await collect(answer, signal), { host: connection.host, repository, what: `blob ${digest}` });
}

/** `bytes 10-99/100` → 10 */
export function startsAt(range: string | null): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(range ?? "") ?? [];
  return start === undefined ? undefined : Number(start);
}

/** A registry that does not know ranges sends all of it again. */
async function* from(body: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  let skipped = 0;
  for await (const bytes of body) {
    const rest = bytes.subarray(Math.min(bytes.length, offset - skipped));
    skipped += bytes.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

export function pathOf(repository: string, digest: string): string {
  return `/v2/${repository}/blobs/${digest}`;
}

/**
 * Blobs on their way to a registry: not sent when it has them, mounted where another repository of it does, else sent in
 * one request, or in chunks when they are large. What may go wrong on the way, with the stock registry 2.8 among them:
 *
 * - It ignores `Content-Range` and appends whatever comes: after each chunk its own count is compared with ours.
 * - A chunk that is cut off ends the session: the blob begins anew. Others keep what arrived, and are asked for it.
 * - It may have taken the last byte and not have said so: before another attempt it is asked whether the blob is there.
 */
import { headBlob, type Waiting } from "./blob-download.ts";
import type { BlobSource } from "./blob-source.ts";
import type { Connection } from "./connection.ts";
import { hashFor } from "./descriptor.ts";
import { RegistryError } from "./errors.ts";
import { refusalOf, saysCode } from "./refusal.ts";
import type { Retried } from "./retry.ts";
import type { Answer, Body } from "./transport.ts";

export interface ChunkLimits {
  /** Larger blobs go in chunks. */
  readonly thresholdBytes: number;
  /** The size of a chunk where the registry names no maximum. */
  readonly chunkBytes: number;
}

const MIB = 1024 * 1024;
export const USUAL_CHUNKS: ChunkLimits = { thresholdBytes: 128 * MIB, chunkBytes: 96 * MIB };

export interface PushBlobOptions extends Waiting {
  readonly limits: ChunkLimits;
  /** Repositories of the same registry that are thought to have it. */
  readonly mountFrom?: readonly string[];
  /** Told with the last request, to registries that want to know what a layer is. */
  readonly mediaType?: string | undefined;
  /** Send it even where the registry says that it has it: it does not always mean in this repository. */
  readonly always?: boolean;
  /** How many of its bytes are there; begins anew when the blob does. */
  readonly onProgress?: (complete: number) => void;
  /** It, or a chunk of it, is sent again after a wait. */
  readonly onRetry?: ((retried: Retried) => void) | undefined;
}

export type BlobOutcome = "exists" | "mounted" | "uploaded";

export async function pushBlob(
  connection: Connection,
  repository: string,
  source: BlobSource,
  options: PushBlobOptions,
): Promise<BlobOutcome> {
  const { signal, onRetry, always = false } = options;
  const found = always ? undefined : await findBlob(connection, repository, source.digest, options);
  if (found !== undefined) return found;
  const upload: Upload = { ...options, connection, repository, source, chunking: 0 };
  const send = async (attempt: number): Promise<void> => {
    if (attempt > 1 && !always && (await isThere(connection, repository, source.digest, signal))) return;
    await sendOnce(upload);
  };
  await connection.retrying(signal, send, { onRetry });
  return "uploaded";
}

export type FindBlobOptions = Pick<PushBlobOptions, "signal" | "mountFrom">;

/** Without sending it: undefined when the registry does not have it, here or where it could be mounted from. */
export async function findBlob(
  connection: Connection,
  repository: string,
  digest: string,
  { signal, mountFrom = [] }: FindBlobOptions,
): Promise<Exclude<BlobOutcome, "uploaded"> | undefined> {
  if (await isThere(connection, repository, digest, signal)) return "exists";
  for (const from of mountFrom.filter((name) => name !== repository)) {
    if (await mounted(connection, { repository, digest, from }, signal)) return "mounted";
  }
  return undefined;
}

async function isThere(connection: Connection, repository: string, digest: string, signal: AbortSignal) {
  return (await headBlob(connection, repository, digest, { signal, scopes: pushScopes(repository) })) !== undefined;
}

interface Upload extends PushBlobOptions {
  readonly connection: Connection;
  readonly repository: string;
  readonly source: BlobSource;
  /** How often it was tried in chunks. */
  chunking: number;
}

/** After so many sessions that broke, it goes in one piece. */
const CHUNKED_ATTEMPTS = 3;

function pushScopes(repository: string): string[] {
  return [`repository:${repository}:pull,push`];
}

/** Where an upload goes on, and what the registry wishes of its chunks. */
export interface UploadSession {
  readonly url: URL;
  readonly chunkMin: number | undefined;
  readonly chunkMax: number | undefined;
}

export async function beginUpload(
  connection: Connection,
  repository: string,
  { signal }: Waiting,
): Promise<UploadSession> {
  const at = uploadsPath(repository);
  const patience = soonAfter(signal, TAKE_BACK_MS / 2);
  try {
    const request = { method: "POST", at, body: "", scopes: pushScopes(repository), signal: patience.signal } as const;
    const answer = await connection.send(request);
    if (answer.status !== 202)
      throw refusalOf(answer, { host: connection.host, repository, what: "an upload", toPush: true });
    const session = sessionOf(answer, connection.host);
    if (signal.aborted) await takeBack(connection, repository, session);
    signal.throwIfAborted();
    return session;
  } finally {
    patience.end();
  }
}

/** Aborts a little later than another: what a request began at the other end is heard of, and can be taken back. */
function soonAfter(signal: AbortSignal, ms: number): { readonly signal: AbortSignal; end(): void } {
  signal.throwIfAborted();
  const later = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => later.abort(signal.reason), ms);
  };
  signal.addEventListener("abort", wait, { once: true });
  const end = () => {
    signal.removeEventListener("abort", wait);
    clearTimeout(timer);
  };
  return { signal: later.signal, end };
}

/** A registry that is silent for so long takes nothing back. */
const TAKE_BACK_MS = 3_000;

/** What is left begun, registries throw away by themselves after a while. It is no failure where that cannot be said. */
export async function takeBack(connection: Connection, repository: string, { url }: UploadSession): Promise<void> {
  // Whoever broke off the upload must not break off this.
  const signal = AbortSignal.timeout(TAKE_BACK_MS);
  await connection.send({ method: "DELETE", at: url, scopes: pushScopes(repository), signal }).catch(() => undefined);
}

function uploadsPath(repository: string): string {
  return `/v2/${repository}/blobs/uploads/`;
}

/** `Location` may be relative, on another host, and with a query of its own that has to stay. */
function sessionOf({ headers, url }: Answer, host: string): UploadSession {
  const location = headers.get("location");
  if (location === null || !URL.canParse(location, url.href))
    throw new RegistryError("not-a-registry", `${host} does not say where to upload to`);
  const size = (name: string): number | undefined => {
    const bytes = Number(headers.get(name) ?? Number.NaN);
    return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
  };
  return {
    url: new URL(location, url),
    chunkMin: size("oci-chunk-min-length"),
    chunkMax: size("oci-chunk-max-length"),
  };
}

interface Mount {
  readonly repository: string;
  readonly digest: string;
  readonly from: string;
}

/** False when it cannot be: then it is sent. */
async function mounted(connection: Connection, { repository, digest, from }: Mount, signal: AbortSignal) {
  const at = `${uploadsPath(repository)}?${new URLSearchParams({ mount: digest, from })}`;
  const scopes = [...pushScopes(repository), `repository:${from}:pull`];
  try {
    const answer = await connection.ask({ method: "POST", at, body: "", scopes, signal });
    if (answer.status === 202) await takeBack(connection, repository, sessionOf(answer, connection.host));
    return answer.status === 201;
  } catch (error) {
    signal.throwIfAborted();
    // Not to be let into the other repository is no reason not to push to this one.
    if (error instanceof RegistryError) return false;
    throw error;
  }
}

/** One session, from its begin to its end. */
async function sendOnce(upload: Upload): Promise<void> {
  const { connection, repository, signal } = upload;
  upload.onProgress?.(0);
  const session = await beginUpload(connection, repository, { signal });
  try {
    const chunkBytes = upload.chunking < CHUNKED_ATTEMPTS ? chunkSize(session, upload) : undefined;
    if (chunkBytes === undefined) return await sendWhole(upload, session);
    upload.chunking += 1;
    await sendChunks(upload, session, chunkBytes);
  } catch (error) {
    if (error instanceof SessionLost && error.chunksRefused) upload.chunking = CHUNKED_ATTEMPTS;
    await takeBack(connection, repository, session);
    throw error;
  }
}

/** Left below the registry's maximum for what proxies add. */
const CHUNK_MARGIN = 64 * 1024;

/** Undefined when the blob goes in one piece. */
function chunkSize({ chunkMin, chunkMax }: UploadSession, { source, limits }: Upload): number | undefined {
  if (source.size <= limits.thresholdBytes && source.size <= (chunkMax ?? source.size)) return undefined;
  const most =
    chunkMax === undefined ? limits.chunkBytes : chunkMax > CHUNK_MARGIN ? chunkMax - CHUNK_MARGIN : chunkMax;
  return Math.max(most, chunkMin ?? 1);
}

async function sendWhole(upload: Upload, { url }: UploadSession): Promise<void> {
  const { source } = upload;
  let isAsSaid: boolean | undefined;
  const body = part(upload, 0, source.size, (matches) => {
    isAsSaid = matches;
  });
  const answer = await finish(upload, url, body);
  if (answer.status === 400 && isAsSaid === false && saysCode(answer, "DIGEST_INVALID")) throw changed(source);
  checkFinished(upload, answer);
}

async function sendChunks(upload: Upload, session: UploadSession, chunkBytes: number): Promise<void> {
  const { connection, source, signal, onRetry } = upload;
  let at: Position = { url: session.url, offset: 0 };
  while (at.offset < source.size) {
    const end = Math.min(at.offset + chunkBytes, source.size);
    const send = async (attempt: number): Promise<Position> => {
      if (attempt > 1) at = await whereItIs(upload, at, end);
      return at.offset === end ? at : await sendChunk(upload, at, end);
    };
    at = await connection.retrying(signal, send, { onRetry, counts: (error) => !(error instanceof SessionLost) });
    upload.onProgress?.(at.offset);
  }
  const answer = await finish(upload, at.url, "");
  if (answer.status === 400 || answer.status === 404 || answer.status === 416)
    throw new SessionLost(`${connection.host} lost ${source.digest} on the way`, { chunksRefused: true });
  checkFinished(upload, answer);
}

interface Position {
  readonly url: URL;
  /** The registry has all before it. */
  readonly offset: number;
}

/** The session is of no use any more; the blob can be sent in another. */
class SessionLost extends RegistryError {
  /** Chunks are not what this registry wants. */
  readonly chunksRefused: boolean;

  constructor(message: string, { chunksRefused }: { readonly chunksRefused: boolean }) {
    super("refused", message, { temporary: { retryAfterMs: 0 } });
    this.chunksRefused = chunksRefused;
  }
}

async function sendChunk(upload: Upload, { url, offset }: Position, end: number): Promise<Position> {
  const { connection, repository, source, signal } = upload;
  const answer = await connection.send({
    method: "PATCH",
    at: url,
    headers: { "content-type": "application/octet-stream", "content-range": `${offset}-${end - 1}` },
    body: part(upload, offset, end),
    scopes: pushScopes(repository),
    signal,
  });
  const { host } = connection;
  const lost = (why: string, chunksRefused = false) =>
    new SessionLost(`${host} ${why} at byte ${offset} of ${source.digest}`, { chunksRefused });
  if (answer.status === 404) throw lost("knows nothing of the upload");
  if (answer.status === 400 || answer.status === 416) throw lost("takes no chunk", true);
  if (![201, 202, 204].includes(answer.status))
    throw refusalOf(answer, { host, repository, what: `a chunk of ${end - offset} bytes`, toPush: true });
  const stored = storedBytes(answer.headers.get("range"));
  // One byte is told as none is.
  if (stored !== undefined && stored !== end && !(end === 1 && stored === 0)) throw lost(`has ${stored} bytes`);
  return { url: nextUrl(answer, url), offset: end };
}

/** Asks how much of a chunk arrived. */
async function whereItIs(upload: Upload, { url, offset }: Position, end: number): Promise<Position> {
  const { connection, repository, source, signal } = upload;
  const answer = await connection.send({ at: url, scopes: pushScopes(repository), signal });
  const stored = answer.status === 204 ? storedBytes(answer.headers.get("range")) : undefined;
  if (stored === undefined || stored < offset || stored > end) {
    const { host } = connection;
    throw new SessionLost(`${host} lost ${source.digest} at byte ${offset}`, { chunksRefused: false });
  }
  return { url: nextUrl(answer, url), offset: stored };
}

/** `0-99` → 100; `0-0` is said of an upload without a byte, too. */
function storedBytes(range: string | null): number | undefined {
  const [, last] = /^(?:bytes=)?0-(\d+)$/.exec(range?.trim() ?? "") ?? [];
  if (last === undefined) return undefined;
  return last === "0" ? 0 : Number(last) + 1;
}

function nextUrl({ headers, url: answeredFrom }: Answer, url: URL): URL {
  const location = headers.get("location");
  return location !== null && URL.canParse(location, answeredFrom.href) ? new URL(location, answeredFrom) : url;
}

async function finish(upload: Upload, url: URL, body: string | Body): Promise<Answer> {
  const { connection, repository, source, mediaType, signal } = upload;
  return await connection.send({
    method: "PUT",
    // Appended, since whoever parses the registry's own query would write it in another way.
    at: `${url.href}${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(source.digest)}`,
    headers: {
      "content-type": "application/octet-stream",
      ...(mediaType !== undefined && { "oci-layer-media-type": mediaType }),
    },
    body,
    scopes: pushScopes(repository),
    signal,
  });
}

function checkFinished({ connection, repository, source }: Upload, answer: Answer): void {
  if (answer.status === 201 || answer.status === 204) return;
  if (answer.status === 404)
    throw new SessionLost(`${connection.host} lost ${source.digest}`, { chunksRefused: false });
  if (saysCode(answer, "DIGEST_INVALID"))
    throw new SessionLost(`What ${connection.host} got does not match ${source.digest}`, { chunksRefused: true });
  const what = `blob ${source.digest} of ${source.size} bytes`;
  throw refusalOf(answer, { host: connection.host, repository, what, toPush: true });
}

/**
 * From one byte of the source to another, counted; what is more or less than it should be ends the request.
 * @param onDigest told at the end of all of it whether it is what its digest says
 */
function part(upload: Upload, start: number, end: number, onDigest?: (matches: boolean) => void): Body {
  const { source, onProgress } = upload;
  async function* open(): AsyncGenerator<Uint8Array> {
    const hash = onDigest && hashFor(source.digest);
    let at = start;
    for await (const bytes of readable(source, start, end)) {
      at += bytes.length;
      if (at > end) throw changed(source);
      hash?.update(bytes);
      if (at === end && hash !== undefined) onDigest?.(hash.matches());
      yield bytes;
      onProgress?.(at);
    }
    if (at < end) throw changed(source);
  }
  return { size: end - start, open };
}

/** What cannot be read is no matter of the network, which would be tried again. */
async function* readable(source: BlobSource, start: number, end: number): AsyncGenerator<Uint8Array> {
  try {
    yield* source.open(start, end);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RegistryError("corrupt", `Cannot read the content of ${source.digest}: ${why}`, { cause: error });
  }
}

function changed({ digest, size }: BlobSource): RegistryError {
  return new RegistryError("corrupt", `The content of ${digest} (${size} bytes) changed while it was read`);
}

/** A local file → an object: in one request, or in parts that are put together there. Nothing is held in memory. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { elementOf, escapeXml, type ObjectAddress, writeAddress } from "@cog/core/object-storage";
import { inLanes } from "#lanes";
import type { ObjectRequest, ObjectStorage } from "./client.ts";
import { StorageError } from "./errors.ts";

export interface LocalFile {
  readonly path: string;
  readonly size: number;
  readonly mediaType: string;
}

export interface PutOptions {
  /** For each request. */
  readonly limit: NonNullable<ObjectRequest<unknown>["limit"]>;
  readonly signal: AbortSignal;
}

const MIB = 1024 * 1024;
/** Larger files go in parts. */
const ONE_REQUEST_BYTES = 16 * MIB;
const PART_BYTES = 8 * MIB;
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 4;
/** For the last word to a storage that is to forget the parts it has. */
const ABORT_MS = 5000;

export async function putFile(
  storage: ObjectStorage,
  address: ObjectAddress,
  file: LocalFile,
  options: PutOptions,
): Promise<void> {
  if (file.size <= ONE_REQUEST_BYTES) await putWhole(storage, address, file, options);
  else await putInParts(storage, address, file, options);
}

async function putWhole(
  storage: ObjectStorage,
  address: ObjectAddress,
  { path, size, mediaType }: LocalFile,
  options: PutOptions,
): Promise<void> {
  const range = { path, start: 0, size };
  const { hex, base64 } = await sha256Of(range);
  // Google's protocol does not have this one.
  const checksum = address.provider === "gs" ? {} : { "x-amz-checksum-sha256": base64 };
  const headers = { "Content-Type": mediaType, "Content-Length": String(size), ...checksum };
  await storage.request(address, {
    ...options,
    method: "PUT",
    headers,
    body: bodyOf(range),
    sha256: hex,
    read: discard,
  });
}

async function putInParts(
  storage: ObjectStorage,
  address: ObjectAddress,
  file: LocalFile,
  options: PutOptions,
): Promise<void> {
  const uploadId = await storage.request(address, {
    ...options,
    method: "POST",
    query: "uploads=",
    headers: { "Content-Type": file.mediaType },
    read: async (response) => mustHave(await response.text(), "UploadId", address),
  });
  const upload: Upload = { storage, address, query: `uploadId=${encodeURIComponent(uploadId)}` };
  try {
    const etags = await inLanes(partsOf(file), (part, signal) => putPart(upload, part, { ...options, signal }), {
      lanes: PARTS_AT_ONCE,
      signal: options.signal,
    });
    await complete(upload, { etags, size: file.size }, options);
  } catch (error) {
    await forget(upload);
    throw error;
  }
}

interface Upload {
  readonly storage: ObjectStorage;
  readonly address: ObjectAddress;
  readonly query: string;
}

interface Part extends Range {
  readonly number: number;
}

interface Range {
  readonly path: string;
  readonly start: number;
  readonly size: number;
}

/** All of one size but the last. They grow with the file, since their number is limited. */
function partsOf({ path, size }: LocalFile): readonly Part[] {
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS / MIB) * MIB);
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return { number: index + 1, path, start, size: Math.min(partBytes, size - start) };
  });
}

async function putPart({ storage, address, query }: Upload, part: Part, options: PutOptions): Promise<string> {
  const { hex } = await sha256Of(part);
  return await storage.request(address, {
    ...options,
    method: "PUT",
    query: `partNumber=${part.number}&${query}`,
    headers: { "Content-Length": String(part.size) },
    body: bodyOf(part),
    sha256: hex,
    read: async (response) => {
      await discard(response);
      return response.headers.get("etag") ?? "";
    },
  });
}

async function complete(
  upload: Upload,
  { etags, size }: { readonly etags: readonly string[]; readonly size: number },
  options: PutOptions,
): Promise<void> {
  const { storage, address, query } = upload;
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  try {
    await storage.request(address, {
      ...options,
      method: "POST",
      query,
      headers: { "Content-Type": "application/xml" },
      body: () => body,
      // It says 200 before it begins, and what became of it at the end.
      read: async (response) => mustHave(await response.text(), "ETag", address),
    });
  } catch (error) {
    // An earlier attempt was done whose answer was lost.
    const lost = error instanceof StorageError && error.code === "NoSuchUpload";
    if (!lost || (await sizeOf(upload, options)) !== size) throw error;
  }
}

async function sizeOf({ storage, address }: Upload, options: PutOptions): Promise<number> {
  const read = async (response: Response): Promise<number> => Number(response.headers.get("content-length"));
  return await storage.request(address, { ...options, method: "HEAD", read });
}

async function forget({ storage, address, query }: Upload): Promise<void> {
  const signal = AbortSignal.timeout(ABORT_MS);
  // What it could not be told is left to the rule that a bucket should have for parts that nobody completed.
  await storage.request(address, { method: "DELETE", query, signal, read: discard }).catch(() => undefined);
}

function mustHave(xml: string, name: string, address: ObjectAddress): string {
  const found = elementOf(xml, name);
  if (found !== undefined) return found;
  const code = elementOf(xml, "Code") ?? "";
  const reason = elementOf(xml, "Message") ?? `the answer has no ${name}`;
  throw new StorageError(`${writeAddress(address)}: ${reason}`, { code, temporary: code === "InternalError" });
}

/** Read once more than it is sent: the page cache has it, memory need not. */
async function sha256Of(range: Range): Promise<{ readonly hex: string; readonly base64: string }> {
  const hash = createHash("sha256");
  if (range.size > 0) for await (const bytes of openRange(range)) hash.update(bytes);
  const digest = hash.digest();
  return { hex: digest.toString("hex"), base64: digest.toString("base64") };
}

function bodyOf(range: Range): () => string | Readable {
  return () => (range.size === 0 ? "" : openRange(range));
}

function openRange({ path, start, size }: Range): Readable {
  return createReadStream(path, { start, end: start + size - 1, highWaterMark: 256 * 1024 });
}

async function discard(response: Response): Promise<void> {
  await response.body?.cancel();
}

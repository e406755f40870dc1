/** A local file → `PUT {prefix}/{name}`, or the PUT of an address that a client had signed. */
import { createReadStream, openAsBlob } from "node:fs";
import { Readable } from "node:stream";
import { isJsonObject } from "@cog/core/json";
import type { Fetch } from "#outgoing";
import { causeOf } from "#outgoing";
import { StepFailed } from "#predictions";
import { isTemporaryStatus, retrying } from "./retry.ts";

export interface Content {
  readonly path: string;
  readonly size: number;
  readonly mediaType: string;
}

export interface Upload extends Content {
  readonly prefix: string;
  readonly name: string;
  readonly predictionId: string;
  /** For all of it, redirects included. */
  readonly timeoutMs: number;
}

interface Sending {
  readonly timeoutMs: number;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 10;

/** The URL under which the file can be fetched: `Location`, else where it was put; without its query. */
export async function upload(file: Upload, fetch: Fetch, signal: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(file.timeoutMs);
  try {
    return await putWhereItLeads(file, fetch, AbortSignal.any([signal, late]));
  } catch (error) {
    const reason = late.aborted ? tooLate(file.timeoutMs) : causeOf(error);
    throw new StepFailed("upload", `Failed to upload output: ${reason}`, { cause: error });
  }
}

class UploadError extends StepFailed {
  readonly temporary: boolean;

  constructor(message: string, { temporary, cause }: { readonly temporary: boolean; readonly cause?: unknown }) {
    super("upload", `Failed to upload output: ${message}`, { cause });
    this.temporary = temporary;
  }
}

/**
 * One PUT, tried again while that may help: whoever signed the address meant it for this one file. Returns it without its
 * query, which is the signature.
 * @param timeoutMs for each attempt
 */
export async function putTo(url: string, file: Content, { timeoutMs, fetch, signal }: Sending): Promise<string> {
  const place = withoutQuery(url);
  const attempt = async (): Promise<void> => {
    const late = AbortSignal.timeout(timeoutMs);
    const sent = put(url, { ...file, headers: {} }, fetch, AbortSignal.any([signal, late]));
    const response = await sent.catch((cause: unknown) => {
      const reason = late.aborted ? tooLate(timeoutMs) : causeOf(cause);
      throw new UploadError(`${place}: ${reason}`, { temporary: true, cause });
    });
    if (response.ok) return;
    const { status, statusText } = response;
    throw new UploadError(`${place}: upload returned status ${status} ${statusText}`, {
      temporary: isTemporaryStatus(status),
    });
  };
  await retrying(attempt, { signal, isTemporary: (error) => error instanceof UploadError && error.temporary });
  return place;
}

/** `PUT` of a form with the field `file`, as Cog 0.1 and 0.2 did. The answer says where the file can be fetched: `{"url"}`. */
export async function uploadForm(
  url: string,
  { path, name, mediaType }: Content & { readonly name: string },
  { timeoutMs, fetch, signal }: Sending,
): Promise<string> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const body = new FormData();
    body.set("file", await openAsBlob(path, { type: mediaType }), name);
    const response = await fetch(url, { method: "PUT", body, signal: AbortSignal.any([signal, late]) });
    if (!response.ok) throw new Error(`upload returned status ${response.status} ${response.statusText}`);
    const answer: unknown = await response.json();
    if (isJsonObject(answer) && typeof answer["url"] === "string") return answer["url"];
    throw new Error('the answer to the upload is not {"url": "…"}');
  } catch (error) {
    const reason = late.aborted ? tooLate(timeoutMs) : causeOf(error);
    throw new StepFailed("upload", `Failed to upload output: ${reason}`, { cause: error });
  }
}

async function putWhereItLeads(file: Upload, fetch: Fetch, within: AbortSignal): Promise<string> {
  let url = `${file.prefix.replace(/\/?$/, "/")}${encodeURIComponent(file.name)}`;
  // Redirects are followed here, because the body must be read again for each.
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const headers = { "X-Prediction-Id": encodeHeader(file.predictionId) };
    const response = await put(url, { ...file, headers }, fetch, within);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      url = new URL(location, url).href;
      continue;
    }
    if (response.ok) return withoutQuery(location === null ? url : new URL(location, url).href);
    throw new Error(`upload returned status ${response.status} ${response.statusText}`);
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`);
}

/** Nobody reads the answer's body. */
async function put(
  url: string,
  file: Content & { readonly headers: Readonly<Record<string, string>> },
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { "Content-Type": file.mediaType, "Content-Length": String(file.size), ...file.headers };
  const content = file.size === 0 ? undefined : createReadStream(file.path);
  const body = content === undefined ? "" : Readable.toWeb(content);
  const init = { method: "PUT", headers, body, redirect: "manual", signal, duplex: "half" };
  try {
    const response = await fetch(url, init as RequestInit);
    await response.body?.cancel();
    return response;
  } finally {
    content?.destroy(); // Where the connection fails, fetch leaves it open.
  }
}

function tooLate(timeoutMs: number): string {
  return `it took longer than ${timeoutMs / 1000} s (COG_UPLOAD_TIMEOUT)`;
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "");
}

/** Ids are any text, header values are not. */
function encodeHeader(id: string): string {
  return /^[\x20-\x7e]*$/.test(id) ? id : encodeURIComponent(id);
}

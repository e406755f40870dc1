/** A local file → `PUT {prefix}/{name}`. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Fetch } from "#outgoing";
import { causeOf } from "#outgoing";
import { StepFailed } from "#predictions";

export interface Upload {
  readonly prefix: string;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mediaType: string;
  readonly predictionId: string;
  /** For all of it, redirects included. */
  readonly timeoutMs: number;
}

const MOST_REDIRECTS = 10;

/** The URL under which the file can be fetched: `Location`, else where it was put; without its query. */
export async function upload(file: Upload, fetch: Fetch, signal: AbortSignal): Promise<string> {
  const late = AbortSignal.timeout(file.timeoutMs);
  try {
    return await putWhereItLeads(file, fetch, AbortSignal.any([signal, late]));
  } catch (error) {
    const reason = late.aborted
      ? `it took longer than ${file.timeoutMs / 1000} s (COG_UPLOAD_TIMEOUT)`
      : causeOf(error);
    throw new StepFailed("upload", `Failed to upload output: ${reason}`, { cause: error });
  }
}

async function putWhereItLeads(file: Upload, fetch: Fetch, within: AbortSignal): Promise<string> {
  let url = `${file.prefix.replace(/\/?$/, "/")}${encodeURIComponent(file.name)}`;
  // Redirects are followed here, because the body must be read again for each.
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await put(url, file, fetch, within);
    await response.body?.cancel();
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

function put(url: string, file: Upload, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  const headers = {
    "Content-Type": file.mediaType,
    "Content-Length": String(file.size),
    "X-Prediction-Id": encodeHeader(file.predictionId),
  };
  const body = file.size === 0 ? "" : Readable.toWeb(createReadStream(file.path));
  const init = { method: "PUT", headers, body, redirect: "manual", signal, duplex: "half" };
  return fetch(url, init as RequestInit);
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "");
}

/** Ids are any text, header values are not. */
function encodeHeader(id: string): string {
  return /^[\x20-\x7e]*$/.test(id) ? id : encodeURIComponent(id);
}

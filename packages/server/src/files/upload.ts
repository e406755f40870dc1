/** A local file → `PUT {prefix}/{name}`. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Fetch } from "#outgoing";
import { causeOf } from "./download.ts";

export interface Upload {
  readonly prefix: string;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mediaType: string;
  readonly predictionId: string;
}

const TIMEOUT_MS = 25_000;
const MOST_REDIRECTS = 10;

/** The URL under which the file can be fetched: `Location`, else where it was put; without its query. */
export async function upload(file: Upload, fetch: Fetch, signal: AbortSignal): Promise<string> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
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
    throw new Error(`Failed to upload output: upload returned status ${response.status} ${response.statusText}`);
  }
  throw new Error(`Failed to upload output: more than ${MOST_REDIRECTS} redirects`);
}

async function put(url: string, file: Upload, fetch: Fetch, signal: AbortSignal): Promise<Response> {
  const headers = {
    "Content-Type": file.mediaType,
    "Content-Length": String(file.size),
    "X-Prediction-Id": encodeHeader(file.predictionId),
  };
  const body = file.size === 0 ? "" : Readable.toWeb(createReadStream(file.path));
  const init = { method: "PUT", headers, body, redirect: "manual", signal, duplex: "half" };
  try {
    return await fetch(url, init as RequestInit);
  } catch (error) {
    throw new Error(`Failed to upload output: ${causeOf(error)}`, { cause: error });
  }
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, "");
}

/** Ids are any text, header values are not. */
function encodeHeader(id: string): string {
  return /^[\x20-\x7e]*$/.test(id) ? id : encodeURIComponent(id);
}

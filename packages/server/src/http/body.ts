/** Reads a JSON body: its size, its type, its syntax. */

import { isAscii } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { messageOf } from "@cog/core/errors";
import type { JsonBody } from "#raw-json";
import { isTooDeep, MOST_LEVELS } from "#raw-json";
import { json, Refusal } from "./exchange.ts";
import { parseBody } from "./parse-body.ts";

const MOST_BYTES = 100 * 1024 * 1024;
const JSON_TYPE = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i;

const TOO_LARGE = json(413, { detail: `The request body is larger than ${MOST_BYTES} bytes.` });

const TOO_DEEP = json(400, { detail: `The request body is nested deeper than ${MOST_LEVELS} levels.` });

const NO_BODY: JsonBody = { value: undefined, text: "" };

/** Throws a `Refusal` when there is a body that cannot be read as JSON. */
export async function readJsonBody(request: IncomingMessage): Promise<JsonBody> {
  const { headers } = request;
  const length = headers["content-length"];
  if ((length === undefined || length === "0") && headers["transfer-encoding"] === undefined) return NO_BODY;
  const type = headers["content-type"];
  if (type !== undefined && !JSON_TYPE.test(type)) {
    const body = "Expected request with `Content-Type: application/json`";
    throw new Refusal({ kind: "text", status: 415, body });
  }
  if (Number(length) > MOST_BYTES) throw new Refusal(TOO_LARGE);
  const text = await readText(request);
  if (text.trim() === "") return NO_BODY;
  const value = parsed(text);
  if (isTooDeep(value, text)) throw new Refusal(TOO_DEEP);
  return { value, text };
}

function parsed(text: string): unknown {
  try {
    return parseBody(text);
  } catch (error) {
    throw new Refusal(json(400, { detail: `The request body is not JSON: ${messageOf(error)}` }));
  }
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_BYTES) chunks.push(chunk);
      else reject(new Refusal(TOO_LARGE));
    });
    request.on("end", () => {
      const [only] = chunks;
      resolve(textOf(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)));
    });
    request.on("error", reject);
  });
}

/** Plain ASCII, as a file in base64 is, needs no decoding: 7 MiB become text in 1 ms in place of 6. */
function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString("latin1") : bytes.toString();
}

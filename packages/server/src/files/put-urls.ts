/** The `upload` of a request or a job: places that a client has for the output files of this one prediction. */
import type { Json } from "@cog/core/json";
import { isJsonObject } from "@cog/core/json";

export type PutUrls =
  | { readonly ok: true; readonly urls: readonly string[] | undefined }
  /** `member` of it is not what it should be. */
  | { readonly ok: false; readonly member: "put_urls" | "post_policy"; readonly problem: string };

export function readPutUrls(upload: Json | undefined): PutUrls {
  if (upload === undefined || upload === null) return { ok: true, urls: undefined };
  const { put_urls: urls, post_policy: policy } = isJsonObject(upload) ? upload : {};
  if (policy !== undefined) {
    const problem = "is not supported: give upload.put_urls, presigned addresses for PUT";
    return { ok: false, member: "post_policy", problem };
  }
  if (Array.isArray(urls) && urls.every(isHttpUrl)) return { ok: true, urls };
  return { ok: false, member: "put_urls", problem: "must be an array of http or https URLs" };
}

function isHttpUrl(value: Json): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}

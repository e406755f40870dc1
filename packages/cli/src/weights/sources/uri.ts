/** The one way a source is written in weights.lock, however cog.yaml writes it. */
import { posix } from "node:path";
import { messageOf, UserError } from "@cog/core/errors";
import { parsePrefix } from "@cog/core/object-storage";
import { parseReference, type Reference } from "#registry";

export type SourceUri =
  /** Relative to the project, or absolute. */
  | { readonly scheme: "file"; readonly normal: string; readonly path: string }
  | { readonly scheme: "hf"; readonly normal: string; readonly repository: string; readonly revision: string }
  | { readonly scheme: "http"; readonly normal: string; readonly url: URL }
  /** `key` is a prefix of keys, or one of them. */
  | { readonly scheme: "s3"; readonly normal: string; readonly bucket: string; readonly key: string }
  | { readonly scheme: "oci"; readonly normal: string; readonly reference: Reference };

export const HF_DEFAULT_REVISION = "main";

/** @throws UserError for what no source is written like */
export function parseSourceUri(text: string): SourceUri {
  const uri = text.trim();
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(uri) ?? [];
  switch (scheme?.toLowerCase()) {
    case undefined:
      return fileUri(uri, uri);
    case "file":
      return fileUri(uri.slice("file://".length), uri);
    case "hf":
    case "huggingface":
      return huggingFaceUri(uri);
    case "http":
    case "https":
      return httpUri(uri);
    case "s3":
      return s3Uri(uri);
    case "oci":
      return ociUri(uri);
    default:
      throw new UserError("weights.scheme", `unsupported weight source scheme "${scheme}" in URI "${uri}"`, {
        hint: "Sources are hf://ORG/REPO[@REVISION], https://HOST/FILE, s3://BUCKET/PREFIX, oci://HOST/REPOSITORY:TAG, or a directory like file://./weights.",
      });
  }
}

/** Directories of the project that weights come from, as paths in it. */
export function projectSources(uris: readonly string[]): readonly string[] {
  return uris.map(normalUri).flatMap((uri) => (uri.startsWith("file://./") ? [uri.slice("file://./".length)] : []));
}

/** As in weights.lock; what cannot be understood stays as it is, and is told when it is imported. */
export function normalUri(text: string): string {
  try {
    return parseSourceUri(text).normal;
  } catch {
    return text;
  }
}

function fileUri(path: string, uri: string): SourceUri {
  const wrong = (why: string, hint?: string) =>
    new UserError("weights.source", `invalid weight source "${uri}": ${why}`, { hint });
  if (path.includes("\\")) throw wrong("use forward slashes");
  if (path.split("/").includes("..")) throw wrong("'..' is not allowed", "Name a directory below the project.");
  const clean = posix.normalize(path).replace(/(.)\/$/, "$1");
  if (path === "" || clean === "." || clean === "/")
    throw wrong("it must name a directory below the project", "Put the files into a directory of their own.");
  return { scheme: "file", path: clean, normal: clean.startsWith("/") ? `file://${clean}` : `file://./${clean}` };
}

function huggingFaceUri(uri: string): SourceUri {
  const [, repository, revision = HF_DEFAULT_REVISION] =
    /^[^:]*:\/\/([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?\/?$/.exec(uri) ?? [];
  if (repository === undefined) {
    throw new UserError(
      "weights.source",
      `invalid weight source "${uri}": expected hf://ORG/REPO or hf://ORG/REPO@REVISION`,
    );
  }
  const suffix = revision === HF_DEFAULT_REVISION ? "" : `@${revision}`;
  return { scheme: "hf", repository, revision, normal: `hf://${repository}${suffix}` };
}

function httpUri(uri: string): SourceUri {
  const wrong = (why: string) => new UserError("weights.source", `invalid weight source "${uri}": ${why}`);
  if (!URL.canParse(uri)) throw wrong("it is not a URL");
  const url = new URL(uri);
  // It would be in weights.lock for everybody to read.
  if (url.username !== "" || url.password !== "") {
    url.username = "";
    url.password = "";
    throw new UserError("weights.source", `invalid weight source "${url.href}": must not hold a user or a password`);
  }
  if (fileNameOf(url) === undefined) throw wrong("its path must end in the name of a file");
  return { scheme: "http", url, normal: uri };
}

function s3Uri(uri: string): SourceUri {
  const wrong = (why: string) => new UserError("weights.source", `invalid weight source "${uri}": ${why}`);
  try {
    const { bucket, key } = parsePrefix(uri);
    return { scheme: "s3", bucket, key, normal: key === "" ? `s3://${bucket}` : `s3://${bucket}/${key}` };
  } catch {
    throw wrong("expected s3://BUCKET or s3://BUCKET/PREFIX");
  }
}

const DEFAULT_TAG = "latest";

function ociUri(uri: string): SourceUri {
  const wrong = (why: string) =>
    new UserError("weights.source", `invalid weight source "${uri}": ${why}`, {
      hint: "Write it like oci://registry.example.com/ada/resnet:v2.",
    });
  const text = uri.slice(uri.indexOf("://") + "://".length);
  let reference: Reference;
  try {
    reference = parseReference(text);
  } catch (error) {
    throw wrong(messageOf(error));
  }
  if (reference.hostIsDefault) throw wrong("it must name the host of a registry");
  const { host, repository, tag, digest } = reference;
  // Of both, the digest is what counts.
  const suffix = digest === undefined ? (tag === undefined || tag === DEFAULT_TAG ? "" : `:${tag}`) : `@${digest}`;
  return { scheme: "oci", reference, normal: `oci://${host}/${repository}${suffix}` };
}

/** The last part of its path, as the file is called in the weight. */
export function fileNameOf({ pathname }: URL): string | undefined {
  const last = pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || undefined;
  } catch {
    return last || undefined;
  }
}

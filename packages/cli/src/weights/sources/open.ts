import type { Transport } from "#registry";
import { fileSource } from "./file.ts";
import { httpSource } from "./http.ts";
import { type HuggingFaceSettings, huggingFaceSource } from "./hugging-face.ts";
import { type OpenRepository, ociSource } from "./oci.ts";
import { type S3Settings, s3Source } from "./s3.ts";
import type { Source } from "./source.ts";
import { parseSourceUri } from "./uri.ts";

export interface SourceSettings {
  readonly projectDirectory: string;
  readonly huggingFace: HuggingFaceSettings;
  readonly s3: S3Settings;
  readonly transport: Transport;
  /** As whom we are known there. */
  readonly openRepository: OpenRepository;
}

/** @throws UserError for a URI that no source is written like */
export function openSource(uri: string, settings: SourceSettings): Source {
  const { projectDirectory, huggingFace, s3, transport, openRepository } = settings;
  const parsed = parseSourceUri(uri);
  switch (parsed.scheme) {
    case "file":
      return fileSource(parsed, projectDirectory);
    case "hf":
      return huggingFaceSource(parsed, huggingFace, transport);
    case "http":
      return httpSource(parsed, transport);
    case "s3":
      return s3Source(parsed, s3, transport);
    case "oci":
      return ociSource(parsed, openRepository);
  }
}

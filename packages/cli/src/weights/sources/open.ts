import type { Transport } from "#registry";
import { fileSource } from "./file.ts";
import { httpSource } from "./http.ts";
import { type HuggingFaceSettings, huggingFaceSource } from "./hugging-face.ts";
import type { Source } from "./source.ts";
import { parseSourceUri } from "./uri.ts";

export interface SourceSettings {
  readonly projectDirectory: string;
  readonly huggingFace: HuggingFaceSettings;
  readonly transport: Transport;
}

/** @throws UserError for a URI that no source is written like */
export function openSource(uri: string, { projectDirectory, huggingFace, transport }: SourceSettings): Source {
  const parsed = parseSourceUri(uri);
  switch (parsed.scheme) {
    case "file":
      return fileSource(parsed, projectDirectory);
    case "hf":
      return huggingFaceSource(parsed, huggingFace, transport);
    case "http":
      return httpSource(parsed, transport);
  }
}

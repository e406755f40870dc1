/** Files of an image's /src that are not the project's own, or not under the name they have there. */
import { join } from "node:path";
import type { JsonObject } from "@cog/core/json";
import { documentText } from "@cog/core/schema";
import { IMAGE_WEIGHTS_FILE, type ImageWeights } from "@cog/core/wire";
import type { StagedFile } from "#plan";
import { type Project, writeState } from "#project";

export interface GeneratedFilesRequest {
  readonly project: Project;
  readonly schema?: JsonObject | undefined;
  readonly weights?: ImageWeights["weights"] | undefined;
}

/** Project-relative. The document is also left in the project, where servers look for it. */
export function generatedFiles({ project, schema, weights }: GeneratedFilesRequest): readonly StagedFile[] {
  return [...schemaFile(project, schema), ...weightsFile(weights), ...renamedConfig(project)];
}

function schemaFile(project: Project, schema: JsonObject | undefined): StagedFile[] {
  if (schema === undefined) return [];
  const text = documentText(schema);
  writeState(project, "openapi_schema.json", text);
  return [{ path: ".cog/openapi_schema.json", text }];
}

/** What has to be beside the image when its model starts. */
function weightsFile(weights: ImageWeights["weights"] = []): StagedFile[] {
  return weights.length === 0 ? [] : [{ path: IMAGE_WEIGHTS_FILE, text: imageWeightsText(weights) }];
}

export function imageWeightsText(weights: ImageWeights["weights"]): string {
  return JSON.stringify({ weights } satisfies ImageWeights);
}

/** Some runtimes look for `/src/cog.yaml`, whatever `-f` says. */
function renamedConfig({ directory, configFile }: Project): StagedFile[] {
  return configFile === join(directory, "cog.yaml") ? [] : [{ path: "cog.yaml", from: configFile }];
}

import type { CogConfig } from "@cog/core/config";
import { isJsonObject, type JsonObject, parseJson } from "@cog/core/json";
import { documentText } from "@cog/core/schema";
import { storedConfig } from "./stored-config.ts";

export const FREEZE_LABEL = "run.cog.pip_freeze";

/** The JSON in one of an image's labels, under its name of the new era or of the old one. */
export function readLabel(
  { labels }: { readonly labels: Readonly<Record<string, string>> },
  name: "config" | "openapi_schema",
): JsonObject | undefined {
  try {
    const value: unknown = parseJson(labels[`run.cog.${name}`] ?? labels[`org.cogmodel.${name}`] ?? "null");
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Somebody else's label of the same name.
    return undefined;
  }
}

export interface LabelFacts {
  readonly config: CogConfig;
  readonly schema: JsonObject | undefined;
  readonly cogVersion: string;
}

/** The labels that make an image a Cog model, as far as they are known before it is built. */
export function modelLabels({ config, schema, cogVersion }: LabelFacts): Record<string, string> {
  return {
    "run.cog.version": cogVersion,
    "run.cog.config": JSON.stringify(storedConfig(config)),
    ...(schema !== undefined && { "run.cog.openapi_schema": inOneLine(documentText(schema)) }),
    "run.cog.has_init": "true",
  };
}

/** For a label in a Dockerfile. The text of a model that also trains is indented; within strings JSON has no line breaks. */
function inOneLine(json: string): string {
  return json.replaceAll(/\n */g, "");
}

/** What a project's model takes and gives, read from its source without running it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Place, UserError } from "@cog/core/errors";
import type { JsonObject } from "@cog/core/json";
import { checkDocument, type ModelInterface, openApiOf } from "@cog/core/schema";
import { version } from "@cog/core/version";
import type { Project } from "#project";
import type { ReadResult } from "#python";
import type { Reporter } from "#report";
import { readRememberedInterface } from "./remembered.ts";

export interface Model {
  readonly interface: ModelInterface;
  /** Its OpenAPI document. */
  readonly document: JsonObject;
}

export async function readModel(project: Project, report: Reporter): Promise<Model> {
  const { config, directory } = project;
  if (config.predict === undefined && config.train === undefined) {
    throw new UserError("config.no_model", "no predict or train reference found in cog.yaml", {
      hint: 'Add one, like run: "run.py:Runner".',
    });
  }
  const readFile = (path: string) => readSource(resolve(directory, path));
  const result = await readRememberedInterface(project, { predict: config.predict, train: config.train, readFile });
  for (const { code, message, place } of result.warnings) {
    const text = `${place.file}:${place.line ?? 1}: ${message}`;
    // cog.yaml was warned about already, and the running model says it too.
    if (code === "schema.deprecated_predict") report.debug(text);
    else report.warn(text);
  }
  if (result.ok) return { interface: result.interface, document: await documentOf(result) };
  const problems = result.problems.map(({ reference, ...problem }) => ({
    ...problem,
    place: reference === undefined ? problem.place : (placeOfReference(project, reference) ?? problem.place),
  }));
  const [first] = problems;
  const message = problems.map((problem) => problem.message).join("\n");
  if (first !== undefined && problems.length === 1)
    throw new UserError(first.code, message, { place: first.place, hint: first.hint });
  throw new UserError(first?.code ?? "schema.unreadable", message, { several: problems });
}

/** The key has another name in each era. */
function placeOfReference({ placeOf }: Project, mode: "predict" | "train"): Place | undefined {
  const fields = mode === "train" ? ["train"] : ["run", "predict"];
  return fields.map((field) => placeOf?.(field)).find((place) => place?.line !== undefined);
}

type Read = Extract<ReadResult, { readonly ok: true }>;

async function documentOf({ interface: model, inputPlaces }: Read): Promise<JsonObject> {
  const document = openApiOf(model, { version });
  const [first, ...more] = await checkDocument(document);
  if (first === undefined) return document;
  const several = [first, ...more].map(({ input, component, message }) => {
    const place = inputPlaces[component === "TrainingInput" ? "train" : "predict"]?.[input ?? ""];
    return { message, hint: "Correct its Input(…).", place: place ?? { file: "cog.yaml" } };
  });
  const message = `Model schema is invalid: ${several.map((problem) => problem.message).join("\n")}`;
  const [only] = several;
  throw new UserError(
    "schema.invalid",
    message,
    several.length === 1 && only ? { place: only.place, hint: only.hint } : { several },
  );
}

function readSource(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
}

/**
 * JSON Schema of cog.yaml for editors: completion, hover texts and early warnings. Made from the table of keys; what it
 * adds is what a person wants to know of a key, and what a schema can say of its value.
 */
import type { Json, JsonObject } from "@cog/core/json";
import { DEPRECATIONS } from "./deprecations.ts";
import { CONFIG_SHAPE, type Shape } from "./shape.ts";

interface Key {
  readonly about: string;
  /** Further keywords of JSON Schema. */
  readonly value?: JsonObject;
}

/** By field; items of a list are `.*`. Every key of the table has its row, which a test makes sure of. */
export const KEYS: Readonly<Record<string, Key>> = {
  build: { about: "How the image is built." },
  "build.gpu": { about: "The model uses a GPU: CUDA and matching wheels are chosen.", value: { default: false } },
  "build.python_version": {
    about: "Python, as MAJOR.MINOR or MAJOR.MINOR.PATCH.",
    value: { examples: ["3.13", "3.12"] },
  },
  "build.python_requirements": {
    about: "A requirements file, relative to this one.",
    value: { default: "requirements.txt" },
  },
  "build.python_packages": { about: "Requirement lines. Use python_requirements." },
  "build.system_packages": { about: "Packages to install with apt." },
  "build.run": { about: "Commands after everything is installed, before the source is copied." },
  "build.run.*.command": { about: "A shell command in one line." },
  "build.run.*.mounts": { about: "Secrets that only this command sees." },
  "build.run.*.mounts.*.type": { about: "The kind of mount.", value: { enum: ["secret"] } },
  "build.run.*.mounts.*.id": { about: "As in cog build --secret id=ID,src=FILE." },
  "build.run.*.mounts.*.target": { about: "The file that holds the secret while the command runs." },
  "build.pre_install": { about: "Commands that run after those of run. Use run." },
  "build.cuda": { about: "CUDA, as MAJOR.MINOR; chosen by the framework when absent.", value: { examples: ["12.4"] } },
  "build.cudnn": { about: "cuDNN, the major version.", value: { examples: ["9"] } },
  "build.sdk_version": { about: "A release of the cog Python package, in place of the one that comes with this cog." },
  "build.base_image": { about: "The image to build from. It must have Python and pip." },
  "build.installer": { about: "What installs Python packages.", value: { enum: ["pip", "uv"], default: "pip" } },
  "build.user": { about: "The user the model runs as: a name or a number." },
  "build.python_overrides": { about: "Has no effect any more." },
  "build.fast": { about: "Has no effect any more." },
  "build.cog_runtime": { about: "Has no effect any more." },
  run: { about: "The class or function that predicts.", value: { examples: ["run.py:Runner"] } },
  predict: { about: "The old name of run.", value: { examples: ["predict.py:Predictor"] } },
  train: { about: "The class or function that trains.", value: { examples: ["train.py:train"] } },
  image: { about: "The image's name." },
  model: { about: "The repository of image and managed weights, without a tag. Excludes image." },
  concurrency: { about: "How many predictions run at once." },
  "concurrency.max": {
    about: "Predictions at once; more than one needs an async run() and Python 3.11.",
    value: { minimum: 1 },
  },
  "concurrency.queue": { about: "Requests that may wait for a free place.", value: { minimum: 0, default: 0 } },
  "concurrency.workers": { about: "Worker processes.", value: { minimum: 1, default: 1 } },
  "concurrency.default_target": { about: "Has no effect any more." },
  environment: { about: "NAME=value, for build steps and at run time." },
  weights: { about: "Managed weights: files that are kept apart from the image." },
  "weights.*.name": { about: "A name of its own.", value: { pattern: "^[a-z0-9]+([._-][a-z0-9]+)*$" } },
  "weights.*.target": { about: "The directory in the container.", value: { pattern: "^/." } },
  "weights.*.source": { about: "Where the files come from: one source or a list." },
  "weights.*.source.uri": { about: "hf://, file:// or https://, or a path." },
  "weights.*.source.include": { about: "Patterns of files to take." },
  "weights.*.source.exclude": { about: "Patterns of files to leave out." },
  tests: { about: "Has no effect any more." },
};

/** What else must hold of the items of a list of texts. */
const ITEMS: Readonly<Record<string, JsonObject>> = {
  environment: { pattern: "^[A-Za-z_][A-Za-z0-9_]*=" },
};

export function editorSchema(): JsonObject {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "cog.yaml",
    description: "What a model needs to be built and run.",
    ...schemaOf(CONFIG_SHAPE, ""),
  };
}

function schemaOf(shape: Shape, field: string): JsonObject {
  switch (shape.kind) {
    case "text":
      // An editor reads 3.10 and 9 as numbers; they are taken as they are written.
      return { type: KEYS[field]?.value?.["pattern"] === undefined ? ["string", "number"] : "string" };
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer" };
    case "list":
      return { type: ["array", "null"], items: { ...schemaOf(shape.items, `${field}.*`), ...ITEMS[field] } };
    case "mapping":
      return {
        type: ["object", "null"],
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, value]) => property(value, field, key))),
        additionalProperties: false,
      };
    case "either": {
      const short = shape.short.kind === "list" ? itemsOf(shape.short, field) : schemaOf(shape.short, field);
      return { anyOf: [schemaOf(shape.mapping, field), short] };
    }
    case "ignored":
      return {};
  }
}

/** A list in place of one mapping: its items are what the mapping would be, with the same fields. */
function itemsOf(shape: Extract<Shape, { readonly kind: "list" }>, field: string): JsonObject {
  return { type: "array", items: schemaOf(shape.items, field) };
}

function property(shape: Shape, parent: string, key: string): [string, Json] {
  const field = parent === "" ? key : `${parent}.${key}`;
  const { about, value } = KEYS[field] ?? { about: "" };
  const replaced = DEPRECATIONS.find((deprecation) => deprecation.field === field);
  const isDeprecated = shape.kind === "ignored" || replaced !== undefined;
  return [
    key,
    {
      description: about,
      ...schemaOf(shape, field),
      ...value,
      ...(isDeprecated && { deprecated: true }),
      ...(replaced !== undefined && { deprecationMessage: `Use ${replaced.replacement}.` }),
    },
  ];
}

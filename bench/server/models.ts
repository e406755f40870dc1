/**
 * The models that the cases serve: a file of Python each and the schema that a build would have written beside it.
 * Both sides get the same files, so neither profits from its own schema generator.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Model {
  /** A file in models/, which defines `Runner`. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, Schema>>;
  readonly output: Schema;
  readonly streaming?: boolean;
}

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string", title: "Text" } as const;
const count = { type: "integer", title: "Count" } as const;
const file = { type: "string", format: "uri", title: "File" } as const;
const texts = { type: "array", items: { type: "string" }, "x-cog-array-type": "iterator", title: "Output" } as const;

export const models = {
  echo: { file: "echo.py", inputs: { text }, output: text },
  asyncEcho: { file: "async_echo.py", inputs: { text }, output: text },
  asyncWait: { file: "async_wait.py", inputs: { text }, output: text },
  tokens: { file: "tokens.py", inputs: { count }, output: texts, streaming: true },
  measureFile: { file: "measure_file.py", inputs: { file }, output: { type: "integer", title: "Output" } },
  makeFile: { file: "make_file.py", inputs: { count }, output: { ...file, title: "Output" } },
  printer: { file: "printer.py", inputs: { count }, output: text },
} as const satisfies Record<string, Model>;

/** A working directory for the model as an image would have it; the caller removes it. */
export async function layOut(model: Model): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "cog-bench-"));
  await copyFile(join(import.meta.dirname, "models", model.file), join(folder, "run.py"));
  await mkdir(join(folder, ".cog"));
  await writeFile(join(folder, ".cog", "openapi_schema.json"), JSON.stringify(openApi(model)));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

function openApi(model: Model): Schema {
  const properties = Object.fromEntries(
    Object.entries(model.inputs).map(([name, schema], order) => [name, { ...schema, "x-order": order }]),
  );
  const json = (schema: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } });
  const streaming = model.streaming === true ? { "x-cog-streaming": true } : {};
  return {
    openapi: "3.0.2",
    info: { title: "Cog", version: "0.1.0" },
    paths: {
      "/predictions": {
        post: {
          summary: "Predict",
          operationId: "predict_predictions_post",
          requestBody: { content: json("PredictionRequest") },
          responses: { 200: { description: "Successful Response", content: json("PredictionResponse") } },
          ...streaming,
        },
      },
    },
    components: {
      schemas: {
        Input: { type: "object", title: "Input", properties, required: Object.keys(model.inputs) },
        Output: model.output,
        PredictionRequest: {
          type: "object",
          title: "PredictionRequest",
          properties: { id: { type: "string" }, input: { $ref: "#/components/schemas/Input" } },
        },
        PredictionResponse: {
          type: "object",
          title: "PredictionResponse",
          properties: { id: { type: "string" }, output: { $ref: "#/components/schemas/Output" } },
        },
      },
    },
  };
}

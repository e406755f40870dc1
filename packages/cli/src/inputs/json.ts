/** `--json`: the whole input as one JSON object, typed, in a file, or on stdin. */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject, parseJson } from "@cog/core/json";
import { describe, type FileReading, locate, readInputFile } from "./files.ts";
import { itemsOf, memberOf, takesFile, takesText } from "./property.ts";

export interface JsonReading extends FileReading {
  readonly readStdin: () => Promise<string>;
}

export async function readJsonInput(flag: string, reading: JsonReading): Promise<JsonObject> {
  const text = await sourceText(flag, reading);
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalidJson(messageOf(error));
  }
  if (!isJsonObject(value)) throw invalidJson("expected an object with the inputs by name");
  return value;
}

async function sourceText(flag: string, reading: JsonReading): Promise<string> {
  if (flag === "-" || flag === "@-") return await reading.readStdin();
  if (!flag.startsWith("@")) return flag;
  const path = flag.slice(1);
  if (path === "") throw new UserError("input.file", "--json: a file name is expected after @");
  try {
    return readFileSync(locate(path, reading), "utf8");
  } catch (error) {
    throw new UserError("input.file", `--json: ${describe(error, path)}`, { cause: error });
  }
}

function invalidJson(reason: string): UserError {
  return new UserError("input.json", `Failed to parse JSON: ${reason}`, {
    hint: `Give an object, like --json '{"name": "value"}', a file with --json @file.json, or - for stdin.`,
  });
}

/** Texts that begin with `@` are files: at the top level, and below where the schema says so. `@@` is a plain `@`. */
export function readFilesIn(
  input: JsonObject,
  schemas: Readonly<Record<string, JsonObject>>,
  reading: FileReading,
): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      withFiles(name, value, schemas[name], { ...reading, top: true }),
    ]),
  );
}

type Depth = FileReading & { readonly top: boolean };

function withFiles(name: string, value: Json, schema: JsonObject | undefined, reading: Depth): Json {
  if (typeof value === "string") {
    if (!value.startsWith("@") || !(reading.top || takesFile(schema))) return value;
    return value.startsWith("@@")
      ? value.slice(1)
      : readInputFile(name, value.slice(1), { ...reading, asText: takesText(schema) });
  }
  if (Array.isArray(value))
    return value.map((item: Json) => withFiles(name, item, itemsOf(schema), { ...reading, top: false }));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    withFiles(name, item, memberOf(schema, key), { ...reading, top: false }),
  ]);
  return Object.fromEntries(entries);
}

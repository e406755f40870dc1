import { isJsonObject, type Json } from "@cog/core/json";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { CONFIG, editorSchema, type Shape } from "./index.ts";

const validate = new Ajv({ strict: false }).compile(editorSchema());

test("every key of the table is in it, with its words", () => {
  const described = new Map(fieldsOf(editorSchema(), ""));
  const keys = [...keysOf(CONFIG, "")];
  expect([...described.keys()].sort()).toEqual(keys.sort());
  expect([...described].filter(([, about]) => typeof about !== "string" || about === "")).toEqual([]);
});

test.each([
  "build: {python_version: 3.10, cuda: 11.8, gpu: true, run: [a, {command: b, mounts: [{type: secret, id: i, target: /t}]}]}",
  "run: run.py:Runner\nenvironment: [A=1, B=]\nconcurrency: {max: 2, queue: 0}",
  "build:\n  system_packages:\npredict: predict.py:Predictor\ntests: []",
  "model: a/b\nweights: [{name: a, target: /w, source: {uri: x}}, {name: b, target: /v, source: [{uri: x}]}]",
])("%j is fine", (text) => {
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
});

test.each([
  "build: {python_package: [a]}",
  "build: {gpu: maybe}",
  "build: {installer: conda}",
  "build: {system_packages: ffmpeg}",
  "build: {run: [{command: a, mounts: [{type: cache}]}]}",
  "concurrency: {max: 0}",
  "build: {run: [{mounts: []}]}",
  "run: run.py",
  "environment: [A]",
  "environment: {A: 1}",
  "model: a/b\nweights: [{name: A}]",
])("%j is marked", (text) => {
  expect(validate(parse(text))).toBe(false);
});

/** Every field of the schema with its description. The short form of a list of mappings has the same fields as one. */
function* fieldsOf(schema: Json | undefined, field: string): Generator<[string, Json | undefined]> {
  if (!isJsonObject(schema)) return;
  const { properties, items, anyOf } = schema;
  for (const [key, value] of Object.entries(isJsonObject(properties) ? properties : {})) {
    const path = field === "" ? key : `${field}.${key}`;
    yield [path, isJsonObject(value) ? value["description"] : undefined];
    yield* fieldsOf(value, path);
  }
  if (isJsonObject(items)) yield* fieldsOf(items, `${field}.*`);
  if (Array.isArray(anyOf)) yield* fieldsOf(anyOf[0], field);
}

function* keysOf(shape: Shape, field: string): Generator<string> {
  if (shape.kind === "list") yield* keysOf(shape.items, `${field}.*`);
  if (shape.kind === "either") yield* keysOf(shape.mapping, field);
  if (shape.kind !== "mapping") return;
  for (const [name, key] of Object.entries(shape.keys)) {
    const path = field === "" ? name : `${field}.${name}`;
    yield path;
    yield* keysOf(key.shape, path);
  }
}

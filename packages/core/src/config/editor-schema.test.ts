import { isJsonObject, type Json } from "@cog/core/json";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { KEYS } from "./editor-schema.ts";
import { editorSchema } from "./index.ts";

const validate = new Ajv({ strict: false }).compile(editorSchema());

test("every key has its words, and there are no words of other keys", () => {
  expect([...fieldsOf(editorSchema(), "")].sort()).toEqual(Object.keys(KEYS).sort());
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
  "environment: [A]",
  "environment: {A: 1}",
  "model: a/b\nweights: [{name: A}]",
])("%j is marked", (text) => {
  expect(validate(parse(text))).toBe(false);
});

function* fieldsOf(schema: Json | undefined, field: string): Generator<string> {
  if (!isJsonObject(schema)) return;
  const { properties, items, anyOf } = schema;
  if (isJsonObject(properties)) {
    for (const [key, value] of Object.entries(properties)) {
      const path = field === "" ? key : `${field}.${key}`;
      yield path;
      yield* fieldsOf(value, path);
    }
  }
  if (isJsonObject(items)) yield* fieldsOf(items, `${field}.*`);
  // The short form of a list of mappings has the same fields as one mapping.
  if (Array.isArray(anyOf)) yield* fieldsOf(anyOf[0], field);
}

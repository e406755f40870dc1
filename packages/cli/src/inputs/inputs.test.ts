import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@cog/core/json";
import { type InputType, openApiOf } from "@cog/core/schema";
import { afterAll, expect, test } from "vitest";
import { checkInput, readInputFlags } from "./index.ts";

const directory = mkdtempSync(join(tmpdir(), "cog-inputs-"));
afterAll(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, "note.txt"), "line\r\n");
writeFileSync(join(directory, "photo.png"), Buffer.from([0x89, 0x50, 0xff]));
writeFileSync(join(directory, "bom.json"), '\uFEFF{"text":"x"}');

const string: InputType = { kind: "string" };
const integer: InputType = { kind: "integer" };
const number: InputType = { kind: "number" };
const boolean: InputType = { kind: "boolean" };
const file: InputType = { kind: "path" };
const TYPES: Readonly<Record<string, InputType>> = {
  text: string,
  whole: integer,
  real: number,
  flag: boolean,
  image: file,
  texts: { kind: "list", items: string },
  wholes: { kind: "list", items: integer },
  images: { kind: "list", items: file },
  map: { kind: "object" },
  either: { kind: "union", members: [string, number] },
  textOrFile: { kind: "union", members: [string, file] },
};
const document = openApiOf(
  {
    predict: {
      inputs: Object.entries(TYPES).map(([name, type]) => ({
        name,
        type,
        nullable: false,
        required: false,
        default: null,
      })),
      output: { kind: "string" },
      streaming: false,
      async: false,
      concurrency: null,
    },
  },
  { version: "1" },
);

async function read(flags: readonly string[], json?: string, stdin = ""): Promise<JsonObject> {
  const reading = { workingDirectory: directory, home: directory, readStdin: async () => stdin };
  const given = await readInputFlags({ input: flags, json }, reading);
  return await checkInput(given, { ...reading, document, component: "Input", asking: "cog run --inputs" });
}

const NOTE = "data:text/plain;base64,bGluZQ0K";
const PHOTO = "data:image/png;base64,iVD/";

test.each<readonly [flags: readonly string[], input: JsonObject]>([
  [["text=a"], { text: "a" }],
  [["text="], { text: "" }],
  [["text=a=b"], { text: "a=b" }],
  [['text="quoted"'], { text: "quoted" }],
  [['text="'], { text: '"' }],
  [["text=1"], { text: "1" }],
  [["text=@note.txt"], { text: "line\r\n" }],
  [["text=@photo.png"], { text: PHOTO }],
  [["whole=10"], { whole: 10 }],
  [["whole=-3"], { whole: -3 }],
  [["whole=9007199254740993"], { whole: 9007199254740993n }],
  [["wholes=[-9223372036854775808,1]"], { wholes: [-9223372036854775808n, 1] }],
  [["either=18446744073709551615"], { either: 18446744073709551615n }],
  [["real=10"], { real: 10 }],
  [["real=1.5"], { real: 1.5 }],
  [["real=1e3"], { real: 1000 }],
  [["flag=true"], { flag: true }],
  [["image=@photo.png"], { image: PHOTO }],
  [["image=@~/note.txt"], { image: NOTE }],
  [["image=https://x.y/z.png"], { image: "https://x.y/z.png" }],
  [["texts=a"], { texts: ["a"] }],
  [["texts=a", "texts=b"], { texts: ["a", "b"] }],
  [['texts=["a","b"]'], { texts: ["a", "b"] }],
  [["wholes=1", "wholes=2"], { wholes: [1, 2] }],
  [["wholes=[1,2]"], { wholes: [1, 2] }],
  [["images=@photo.png", "images=@note.txt"], { images: [PHOTO, NOTE] }],
  [['map={"a":1}'], { map: { a: 1 } }],
  [["either=hello"], { either: "hello" }],
  [["either=@note.txt"], { either: "line\r\n" }],
  [["textOrFile=@note.txt"], { textOrFile: NOTE }],
  [["textOrFile=note.txt"], { textOrFile: "note.txt" }],
  [["either=1"], { either: 1 }],
  [["either=1.5"], { either: 1.5 }],
])("-i %j", async (flags, input) => {
  expect(await read(flags)).toEqual(input);
});

test.each<[json: string, input: JsonObject, stdin: string | undefined]>([
  ['{"text":"a","whole":3}', { text: "a", whole: 3 }, undefined],
  ["@bom.json", { text: "x" }, undefined],
  ["-", { text: "a" }, '{"text":"a"}'],
  ["@-", { text: "a" }, '{"text":"a"}'],
  ['{"text":"@note.txt","image":"@photo.png"}', { text: "line\r\n", image: PHOTO }, undefined],
  [
    '{"whole":9007199254740993,"map":{"a":[9007199254740995]}}',
    { whole: 9007199254740993n, map: { a: [9007199254740995n] } },
    undefined,
  ],
  ['{"text":"@@literal"}', { text: "@literal" }, undefined],
  ['{"images":["@photo.png"],"texts":["@note.txt"]}', { images: [PHOTO], texts: ["@note.txt"] }, undefined],
])("--json %s", async (json, input, stdin) => {
  expect(await read([], json, stdin)).toEqual(input);
});

test("a file in an object is read where the document says that it is one", async () => {
  const object = { type: "object", properties: { file: { type: "string", format: "uri" }, name: { type: "string" } } };
  const given = {
    document: { components: { schemas: { Input: { properties: { set: object } } } } },
    component: "Input",
    asking: "cog run --inputs",
  } as const;
  const reading = { workingDirectory: directory, home: directory, readStdin: async () => "" };
  const flags = await readInputFlags({ input: [], json: '{"set":{"file":"@photo.png","name":"@me"}}' }, reading);
  expect(await checkInput(flags, { ...reading, ...given })).toEqual({ set: { file: PHOTO, name: "@me" } });
});

test("what is missing is described", async () => {
  const reading = { workingDirectory: directory, home: directory, readStdin: async () => "" };
  const needs = openApiOf(
    {
      predict: {
        inputs: [{ name: "prompt", type: string, nullable: false, required: true, description: "what to paint" }],
        output: string,
        streaming: false,
        async: false,
        concurrency: null,
      },
    },
    { version: "1" },
  );
  const checking = checkInput(
    { kind: "typed", inputs: [] },
    { ...reading, document: needs, component: "Input", asking: "cog run --inputs" },
  );
  await expect(checking).rejects.toMatchObject({
    message: 'missing required input "prompt"',
    hint: "The model takes:\n  prompt  text, required · what to paint",
  });
});

test("-i - is --json -", async () => {
  expect(await read(["-"], undefined, '{"text":"piped"}')).toEqual({ text: "piped" });
});

test.each<readonly [flags: readonly string[], json: string | undefined, message: string]>([
  [["text"], undefined, "Failed to parse input 'text', expected format is 'name=value'"],
  [["=x"], undefined, 'unknown input ""'],
  [["txt=a"], undefined, 'unknown input "txt"; valid inputs are: '],
  [["txt=@gone.txt"], undefined, 'unknown input "txt"'],
  [["text=@gone.txt"], undefined, 'input "text": open gone.txt: no such file or directory'],
  [["text=@"], undefined, 'input "text": a file name is expected after @'],
  [[], "@", "--json: a file name is expected after @"],
  [["text=@."], undefined, 'input "text": open .: it is a directory'],
  [["image=photo.png"], undefined, "did you mean -i image=@photo.png?"],
  [["text=a", "text=b"], undefined, "expected string, got array"],
  [["whole=1.5"], undefined, 'invalid input "whole": expected integer'],
  [["real=1e999"], undefined, 'invalid input "real": expected number, got string'],
  [["flag=yes"], undefined, 'invalid input "flag": expected boolean, got string'],
  [["wholes=1", "wholes=x"], undefined, 'invalid input "wholes.1"'],
  [[], "[]", "Failed to parse JSON"],
  [[], "{", "Failed to parse JSON"],
  [[], "@gone.json", "gone.json: no such file"],
  [["text=a"], "{}", "Must use one of --json or --input"],
])("-i %j --json %s is refused", async (flags, json, message) => {
  await expect(read(flags, json)).rejects.toThrow(message);
});

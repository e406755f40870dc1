import { readFileSync } from "node:fs";
import type { JsonObject } from "@cog/core/json";
import { checkInputFor, compileInputValidator, interfaceOf, type ModelInterface, openApiOf } from "@cog/core/schema";
import { describe, expect, test } from "vitest";
import { checkDocument, describeInput, documentText, type InputField } from "./index.ts";

const example = new URL("../../../../conformance/schema/worked-example/", import.meta.url);
const exampleInterface = JSON.parse(readFileSync(new URL("interface.json", example), "utf8")) as ModelInterface;
const exampleText = readFileSync(new URL("openapi.json", example), "utf8");

function field(name: string, rest: Partial<InputField>): InputField {
  return { name, type: { kind: "string" }, nullable: false, required: true, ...rest };
}

function modelOf(...inputs: InputField[]): ModelInterface {
  return { predict: { inputs, output: { kind: "string" }, streaming: false, async: false, concurrency: null } };
}

function documentOf(...inputs: InputField[]): JsonObject {
  return openApiOf(modelOf(...inputs), { version: "1.0.0" });
}

describe("the document", () => {
  test("the worked example comes out byte for byte", () => {
    expect(documentText(openApiOf(exampleInterface, { version: "1.2.3" }))).toBe(exampleText);
  });

  test("reading it back gives the interface, apart from what it does not keep", () => {
    const [input, back] = [exampleInterface, interfaceOf(JSON.parse(exampleText))];
    expect(back.predict?.inputs).toEqual(input.predict?.inputs);
    expect(back.predict?.streaming).toBe(true);
    expect(JSON.stringify(openApiOf(back, { version: "1.2.3" }))).toBe(exampleText);
  });

  test("a model without inputs", () => {
    const schemas = (documentOf()["components"] as { schemas: JsonObject }).schemas;
    expect(JSON.stringify(schemas["Input"])).toBe('{"properties":{},"title":"Input","type":"object"}');
  });

  test("an input named like a part of the document keeps its place", () => {
    const document = documentOf(
      field("properties", { default: { b: 1, a: 2 } }),
      field("default", {}),
      field("paths", {}),
    );
    expect(interfaceOf(document).predict?.inputs.map(({ name }) => name)).toEqual(["properties", "default", "paths"]);
    expect(JSON.stringify(document)).toContain('"default":{"a":2,"b":1}');
  });

  test("choices of an input named like a component do not overwrite it", () => {
    const document = documentOf(field("Output", { choices: ["a"] }), field("Output_choices", { choices: ["b"] }));
    expect(interfaceOf(document).predict?.inputs.map(({ choices }) => choices)).toEqual([["a"], ["b"]]);
    expect(interfaceOf(document).predict?.output).toEqual({ kind: "string" });
  });

  test("predict and train together: alphabetical, indented, each with its own choices", () => {
    const half = (choices: string[]) => modelOf(field("z", {}), field("mode", { choices })).predict;
    const [predict, train] = [half(["a"]), half(["b"])];
    if (!predict || !train) throw new Error("both are there");
    const document = openApiOf({ predict, train }, { version: "1.0.0" });
    const back = interfaceOf(document);
    expect(back.predict?.inputs[1]?.choices).toEqual(["a"]);
    expect(back.train?.inputs[1]?.choices).toEqual(["b"]);
    expect(Object.keys(document["paths"] as object)).toEqual([
      "/",
      "/health-check",
      "/predictions",
      "/predictions/{prediction_id}/cancel",
      "/trainings",
      "/trainings/{training_id}/cancel",
    ]);
    expect(documentText(document)).toMatch(/^{\n {2}"components"/);
  });

  test("the text is safe inside HTML", () => {
    const document = documentOf(field("a", { description: "<b> & \u2028" }));
    expect(documentText(document)).toContain("\\u003cb\\u003e \\u0026 \\u2028");
    expect(JSON.parse(documentText(document))).toEqual(document);
  });

  test("None as output", () => {
    const predict = {
      inputs: [],
      output: { kind: "null" },
      streaming: false,
      async: false,
      concurrency: null,
    } as const;
    expect(JSON.stringify(openApiOf({ predict }, { version: "1" }))).toContain(
      '"Output":{"nullable":true,"title":"Output"}',
    );
  });
});

describe("validation at the server", () => {
  const integer = { type: { kind: "integer" } } as const;
  const model = documentOf(
    field("c", { choices: ["x", "y"], required: false }),
    field("b", { ...integer, ge: 0, le: 10 }),
    field("a", { minLength: 1, maxLength: 5, pattern: "b+", required: false }),
    field("u", { type: { kind: "union", members: [{ kind: "integer" }, { kind: "string" }] }, required: false }),
    field("xs", { type: { kind: "list", items: { kind: "string" } }, required: false }),
    field("opt", { nullable: true, required: false }),
    field("opt2", { nullable: true, required: false, default: "d" }),
    field("key", { type: { kind: "secret" }, required: false }),
    field("file", { type: { kind: "path" }, required: false }),
  );

  const problems = async (input: JsonObject) => {
    const result = (await compileInputValidator(model, "Input", { localPaths: false }))(input);
    return result.ok ? [] : result.problems.map(({ loc, msg, type }) => `${loc.join(".")}: ${msg} (${type})`);
  };

  test("good input passes; what nobody gives is null", async () => {
    const validate = await compileInputValidator(model, "Input");
    expect(validate({ b: 3.0, zz: 1, opt2: null })).toEqual({ ok: true, input: { b: 3, opt: null }, dropped: ["zz"] });
  });

  test("all problems at once: by name, missing ones last", async () => {
    expect(await problems({ c: "z", a: "bbbbbb", xs: ["a", 1], u: 1.5 })).toEqual([
      'body.input.a: "bbbbbb" is longer than 5 characters (value_error)',
      'body.input.c: "z" is not one of ["x","y"] (value_error)',
      "body.input.u: 1.5 is not valid under any of the schemas listed in the 'anyOf' keyword (value_error)",
      'body.input.xs/1: 1 is not of type "string" (value_error)',
      "body.input.b: Field required (value_error.missing)",
    ]);
  });

  test.each([
    ["3", '"3" is not of type "integer"'],
    [true, 'true is not of type "integer"'],
    [null, 'null is not of type "integer"'],
    [3.5, '3.5 is not of type "integer"'],
    [-1, "-1 is less than the minimum of 0"],
    [11, "11 is greater than the maximum of 10"],
  ])("%j for an integer of 0 to 10", async (value, message) => {
    expect(await problems({ b: value })).toEqual([`body.input.b: ${message} (value_error)`]);
  });

  test("lengths and patterns", async () => {
    expect(await problems({ b: 1, a: "" })).toEqual([
      'body.input.a: "" is shorter than 1 character (value_error)',
      'body.input.a: "" does not match "b+" (value_error)',
    ]);
    expect(await problems({ b: 1, a: "abb" })).toEqual([]);
  });

  test("a secret is not repeated", async () => {
    expect(await problems({ b: 1, key: 12345 })).toEqual([
      'body.input.key: "**********" is not of type "string" (value_error)',
    ]);
  });

  test("a local path for a file is refused, where local paths are", async () => {
    expect(await problems({ b: 1, file: "/etc/passwd" })).toHaveLength(1);
    expect(await problems({ b: 1, file: "data:,x" })).toEqual([]);
    expect((await compileInputValidator(model, "Input"))({ b: 1, file: "/a" }).ok).toBe(true);
  });

  test("names that every object has are names like others", async () => {
    const odd = documentOf(field("constructor", { required: true }), field("__proto__", { required: false }));
    const validate = await compileInputValidator(odd, "Input");
    expect(validate({}).ok).toBe(false);
    expect(validate({ constructor: "x", toString: 1 })).toEqual({
      ok: true,
      input: { constructor: "x" },
      dropped: ["toString"],
    });
  });

  test("a training takes the inputs of the other mode where it has none of its own", async () => {
    const validate = await compileInputValidator(model, "TrainingInput");
    expect(validate({ b: "x" }).ok).toBe(false);
  });

  test("a document without inputs lets everything pass", async () => {
    const validate = await compileInputValidator({ openapi: "3.0.2" }, "Input");
    expect(validate({ a: 1 })).toEqual({ ok: true, input: { a: 1 }, dropped: [] });
  });

  test("a pattern that RE2 cannot have is the user's mistake", async () => {
    const compiling = compileInputValidator(documentOf(field("s", { pattern: "(?=a)" })), "Input");
    await expect(compiling).rejects.toMatchObject({ name: "UserError", code: "schema.pattern" });
  });

  test("named groups in Python's spelling work", async () => {
    const validate = await compileInputValidator(documentOf(field("s", { pattern: "^(?P<n>a)$" })), "Input");
    expect(validate({ s: "a" }).ok).toBe(true);
    expect(validate({ s: "b" }).ok).toBe(false);
  });
});

describe("validation at the command line", () => {
  const model = documentOf(
    field("c", { choices: ["x", "y"], required: false }),
    field("n", { type: { kind: "integer" }, le: 10, ge: 1, required: false }),
    field("p", {}),
    field("xs", { type: { kind: "list", items: { kind: "integer" } }, required: false }),
    field("o", { nullable: true, required: false }),
    field("s", { maxLength: 3, pattern: "^b+$", required: false }),
  );
  const message = async (input: JsonObject) => {
    const result = await checkInputFor(model, "Input", input);
    return result.ok ? "" : result.message;
  };

  test.each([
    [{ p: "x", zz: 1 }, 'unknown input "zz"; valid inputs are: c, n, o, p, s, xs'],
    [{ yy: 1, xx: 1 }, 'unknown inputs "xx", "yy"; valid inputs are: c, n, o, p, s, xs'],
    [{}, 'missing required input "p"'],
    [{ p: "", n: "1" }, 'invalid input "n": expected integer, got string'],
    [{ p: "", n: 11 }, 'invalid input "n": number must be at most 10'],
    [{ p: "", n: 0 }, 'invalid input "n": number must be at least 1'],
    [{ p: "", c: "z" }, 'invalid input "c": must be one of: x, y'],
    [{ p: "", xs: ["a"] }, 'invalid input "xs.0": expected integer, got string'],
    [{ p: "", s: "bbbb" }, 'invalid input "s": maximum string length is 3'],
    [{ p: "", s: "a" }, 'invalid input "s": string doesn\'t match the regular expression "^b+$"'],
    [{ p: null }, 'invalid input "p": must not be null (omit the input to use its default)'],
    [{ p: "", o: null }, ""],
    [
      { n: 11 },
      'input validation failed:\n- missing required input "p"\n- invalid input "n": number must be at most 10',
    ],
  ] as [JsonObject, string][])("%j: %s", async (input, expected) => {
    expect(await message(input)).toBe(expected);
  });

  test("a near miss is suggested", async () => {
    const misspelt = await checkInputFor(documentOf(field("prompt", {})), "Input", { promt: "" });
    expect(misspelt).toMatchObject({ hint: 'Did you mean "prompt"?' });
    const unasked = await checkInputFor(documentOf(), "Input", { a: 1 });
    expect(unasked).toMatchObject({ message: 'unknown input "a"; model does not accept inputs' });
  });
});

test("the document check names the input", async () => {
  const integer = { type: { kind: "integer" } } as const;
  const messages = async (...inputs: InputField[]) =>
    (await checkDocument(documentOf(...inputs))).map(({ message }) => message);
  expect(await messages(field("n", { ...integer, default: "five" }))).toEqual([
    'input "n": default "five" is not of type integer',
  ]);
  expect(await messages(field("n", { ...integer, default: 5, le: 3 }))).toHaveLength(1);
  expect(await messages(field("n", { default: null, nullable: true }))).toEqual([]);
  expect(await messages(field("n", { pattern: "(?=a)" }))).toHaveLength(1);
  expect(await messages(field("n", { pattern: "(?P<a>x)", default: "ax" }))).toEqual([]);
  expect(await messages(field("n", { choices: ["a"], default: "b" }))).toHaveLength(1);
  expect(await messages(field("p", { type: { kind: "path" }, default: "./sample.png" }))).toEqual([]);
  expect(await checkDocument({})).toHaveLength(1);
});

test("inputs in words", () => {
  const words = describeInput(field("n", { type: { kind: "integer" }, ge: 1, le: 3, default: 2, required: false }));
  expect(words).toBe("whole number, 1 to 3, default 2");
});

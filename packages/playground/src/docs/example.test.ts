import type { Endpoint, InputField, InputType } from "@cog/core/schema";
import { expect, test } from "vitest";
import { exampleInput, exampleRequest } from "./example.ts";

function field(name: string, type: InputType, more: Partial<InputField> = {}): InputField {
  return { name, type, nullable: false, required: true, ...more };
}

function endpoint(inputs: readonly InputField[], streaming = false): Endpoint {
  return { inputs, output: { kind: "string" }, streaming, async: false, concurrency: null };
}

const text: InputType = { kind: "string" };

test("the required inputs are given, each with a value that is allowed", () => {
  const inputs = [
    field("prompt", text),
    field("style", text, { choices: ["plain", "bold"] }),
    field("steps", { kind: "integer" }, { ge: 5 }),
    field("tags", { kind: "list", items: text }),
    field("seed", { kind: "integer" }, { required: false }),
  ];
  expect(exampleInput(endpoint(inputs))).toEqual({ prompt: "text", style: "plain", steps: 5, tags: ["text"] });
});

test("without required inputs the first is shown with its default, and without inputs none", () => {
  expect(exampleInput(endpoint([field("name", text, { required: false, default: "world" })]))).toEqual({
    name: "world",
  });
  expect(exampleInput(endpoint([]))).toEqual({});
});

test("the request can be pasted into a shell", () => {
  const request = exampleRequest("http://h/predictions", endpoint([field("q", text, { default: "it's" })], true));
  expect(request).toBe(
    `curl http://h/predictions \\\n  -H 'Content-Type: application/json' \\\n  -H 'Accept: text/event-stream' \\\n  -d '{"input":{"q":"it'\\''s"}}'`,
  );
});

/** Every interface of conformance/schema as a document: held to OpenAPI 3.0 by a validator that is not ours. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { JsonObject } from "@cog/core/json";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { checkDocument, documentText, interfaceOf, type ModelInterface, openApiOf } from "./index.ts";

const root = new URL("../../../../conformance/schema/", import.meta.url);
const cases = readdirSync(root).filter((name) => existsSync(new URL(`${name}/interface.json`, root)));

test.each(cases)("%s", async (name) => {
  const model = JSON.parse(readFileSync(new URL(`${name}/interface.json`, root), "utf8")) as ModelInterface;
  const document = openApiOf(model, { version: "1.2.3" });
  const text = documentText(document);

  // Named groups are RE2's and Python's here; OpenAPI wants JavaScript's spelling, which only differs in the P.
  const plain = JSON.parse(text.replaceAll("(?P\\u003c", "(?<")) as Record<string, unknown>;
  expect((await new Validator().validate(plain)).errors).toBeUndefined();
  // Its defaults satisfy their own schemas.
  expect(await checkDocument(document)).toEqual([]);
  // Written, read and written again it is the same, byte for byte.
  expect(documentText(openApiOf(interfaceOf(JSON.parse(text) as JsonObject), { version: "1.2.3" }))).toBe(text);
});

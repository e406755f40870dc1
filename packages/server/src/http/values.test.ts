/** conformance/http: what a model returns and records, and what the client gets of it. */
import { readFileSync } from "node:fs";
import type { Json } from "@cog/core/json";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA } from "#testing";

interface Row {
  readonly name: string;
  /** The body of run(); what it leaves in `output` is returned. */
  readonly run: string;
  readonly output?: Json;
  /** All metrics but `predict_time`. */
  readonly metrics?: Json;
  /** The prediction fails, and its error contains this. */
  readonly error?: string;
  /** The prediction fails with an exception of this type. */
  readonly raises?: string;
}

let server: ModelServer;
beforeAll(async () => {
  server = await ModelServer.start({ model: OBEDIENT, schema: OBEDIENT_SCHEMA });
});
afterAll(() => server.close());

describe.each(["outputs", "metrics"])("%s.json", (table) => {
  test.each(rowsOf(table))("$name", async ({ run, error, raises, ...expected }) => {
    const answer = await server.client.predict({ input: { do: run } });
    const fails = error !== undefined || raises !== undefined;
    expect(answer).toMatchObject({ status: fails ? "failed" : "succeeded" });
    expect(answer.error ?? "").toContain(error ?? "");
    if (fails) expect(answer).not.toHaveProperty("output");
    // A traceback is of the model's code, not of ours and the encoder beneath it.
    if (error !== undefined) expect(answer.logs).not.toContain("encoder.py");
    if (raises !== undefined) expect(answer.logs).toMatch(new RegExp(`^${raises}: `, "m"));
    if ("output" in expected) expect(answer.output).toEqual(expected.output);
    const { predict_time, ...metrics } = answer.metrics ?? {};
    expect(predict_time).toBeTypeOf("number");
    expect(metrics).toEqual(expected.metrics ?? {});
  });
});

function rowsOf(table: string): readonly Row[] {
  return JSON.parse(readFileSync(new URL(`../../../../conformance/http/${table}.json`, import.meta.url), "utf8"));
}

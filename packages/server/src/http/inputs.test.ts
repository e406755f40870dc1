/** conformance/http/inputs.json: how values arrive in Python, and which ones do not. */
import { readFileSync } from "node:fs";
import type { Json } from "@cog/core/json";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer } from "#testing";

interface Row {
  readonly name: string;
  readonly input: string;
  /** JSON text, as what JSON.parse makes of 3.0 is not what was sent. */
  readonly sent?: string;
  readonly arrives?: Json;
  /** A word of the error of the prediction. */
  readonly fails?: string;
  readonly refused?: true;
}

const ROWS: readonly Row[] = JSON.parse(read("inputs.json"));
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: read("inputs.py") });
});
afterAll(() => server.close());

test.each(ROWS)("$name", async ({ input, sent, arrives, fails }) => {
  const given = sent === undefined ? "" : `,"${input}":${sent}`;
  const response = await server.post("/predictions", `{"input":{"show":"${input}"${given}}}`);
  const answer = (await response.json()) as { output?: Json; detail?: { loc: string[] }[] };
  if (arrives !== undefined) {
    expect(answer).toMatchObject({ status: "succeeded", output: arrives });
    return;
  }
  if (fails !== undefined) {
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining(fails) });
    return;
  }
  expect(response.status).toBe(422);
  expect(answer.detail?.map(({ loc }) => loc[2]?.split("/")[0])).toEqual([input]);
});

function read(name: string): string {
  return readFileSync(new URL(`../../../../conformance/http/${name}`, import.meta.url), "utf8");
}

/** The comment in a silent stream, at the pace that it has when nobody asks for another. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaOf, serving } from "#testing";

const MODEL = `
import os, time
class Model:
    def run(self):
        yield "first"
        while not os.path.exists("go"): time.sleep(0.005)
`;
const SCHEMA = schemaOf({
  streaming: true,
  inputs: [],
  output: { kind: "iterator", items: { kind: "string" }, concatenate: false },
});

test("fifteen seconds of silence bring a comment", { timeout: 60_000 }, async () => {
  await serving({ model: MODEL, schema: SCHEMA }, async (server) => {
    const { body } = await server.post("/predictions", {}, { Accept: "text/event-stream" });
    let spokenAt = 0;
    let silenceMs = 0;
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      if (piece.includes(": keep-alive")) {
        silenceMs = performance.now() - spokenAt;
        await writeFile(join(server.folder, "go"), "");
      }
      spokenAt = performance.now();
    }
    expect(silenceMs).toBeGreaterThan(14_000);
    expect(silenceMs).toBeLessThan(30_000);
  });
});

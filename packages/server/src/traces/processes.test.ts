/** Processes that a traced prediction starts find its trace in their environment. Without OpenTelemetry, as it came. */
import { expect, test } from "vitest";
import { serving } from "#testing";

const SYNC = `
import os, subprocess
from cog import current_scope

ASK = ["sh", "-c", "echo $TRACEPARENT $TRACESTATE"]

class Model:
    def run(self) -> str:
        return subprocess.check_output(ASK, text=True).strip()
`;

const ASYNC = `
import asyncio, os, subprocess, sys
from cog import current_scope

ASK = ["sh", "-c", "sleep 0.05; echo $TRACEPARENT $TRACESTATE"]

class Model:
    async def run(self) -> str:
        process = await asyncio.create_subprocess_exec(*ASK, stdout=asyncio.subprocess.PIPE)
        said = (await process.communicate())[0].decode().strip()
        clean = subprocess.check_output(ASK, text=True, env={}).strip()
        return said + clean
`;

const traceOf = (number: number) => `00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333${number}-01`;

test.each([
  { name: "a sync model, one after the other", model: SYNC, slots: 1 },
  { name: "an async model, several at a time", model: ASYNC, slots: 4 },
])("$name", async ({ model, slots }) => {
  await serving({ model, env: { COG_MAX_CONCURRENCY: String(slots), COG_QUEUE_MAX: "9" } }, async (server) => {
    const ask = async (headers: Readonly<Record<string, string>>) => {
      const body: unknown = await (await server.post("/predictions", {}, headers)).json();
      return typeof body === "object" && body !== null && "output" in body ? body.output : body;
    };
    const given = [0, 1, 2, 3].map((number) => ({ traceparent: traceOf(number), tracestate: `n=${number}` }));
    expect(await Promise.all(given.map(ask))).toEqual(given.map((trace) => `${trace.traceparent} ${trace.tracestate}`));
    // Nothing of it is left for those who have none.
    expect(await ask({})).toBe("");
  });
});

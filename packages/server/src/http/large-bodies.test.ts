/** 100 MiB: the largest body that is taken, and a size that must pass in both directions. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA } from "#testing";

const MOST_BYTES = 100 << 20;
const PATIENCE_MS = 120_000;
let server: ModelServer;

beforeAll(async () => {
  server = await ModelServer.start({ model: OBEDIENT, schema: OBEDIENT_SCHEMA });
});
afterAll(() => server.close());

const HEAD = `{"input":{"do":"output = len('`;
const TAIL = `')"}}`;

/** A request of exactly so many bytes, whose model says how long the text in it is. */
function bodyOf(bytes: number): string {
  return HEAD + "x".repeat(bytes - HEAD.length - TAIL.length) + TAIL;
}

test(
  "a body of 100 MiB comes through",
  async () => {
    const answer = await server.post("/predictions", bodyOf(MOST_BYTES));
    expect(answer.status).toBe(200);
    // It says its input again: what the model made of it is behind that.
    expect((await answer.text()).slice(-200)).toContain(`"output":${MOST_BYTES - HEAD.length - TAIL.length}`);
  },
  PATIENCE_MS,
);

test(
  "one byte more is refused, and the server goes on",
  async () => {
    const outcome = await server.post("/predictions", bodyOf(MOST_BYTES + 1)).then(
      ({ status }) => status,
      () => "cut off",
    );
    // The client may not have read the answer when the connection goes.
    expect([413, "cut off"]).toContain(outcome);
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  },
  PATIENCE_MS,
);

test(
  "100 MiB of output come back",
  async () => {
    const { output } = await server.client.predict({ input: { do: "output = 'é' * (50 << 20)" } });
    expect(Buffer.byteLength(output as string)).toBe(MOST_BYTES);
  },
  PATIENCE_MS,
);

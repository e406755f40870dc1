/** The container's log, as whoever collects it reads it. */
import { expect, test } from "vitest";
import { type ModelServer, OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };
const SAY = "print('said \"this\" \\\\ naïve 🐍')\nprint('wrong', file=sys.stderr)";

interface LogRecord {
  readonly timestamp: string;
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly target: string;
}

function records(server: ModelServer): LogRecord[] {
  return server.log.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
}

test("JSON: one object a line, the model's text as it was, with the id of its prediction", async () => {
  await serving(model, async (server) => {
    await server.client.predict({ id: "one", input: { do: SAY } });
    await server.logged('"wrong"');
    expect(
      server.log
        .trimEnd()
        .split("\n")
        .every((line) => line.startsWith("{")),
    ).toBe(true);
    const said = records(server).filter(({ fields }) => fields["prediction_id"] === "one");
    expect(said.map(({ level, fields: { message, source }, target }) => [level, message, source, target])).toEqual([
      ["INFO", 'said "this" \\ naïve 🐍', "Stdout", "cog::prediction"],
      ["INFO", "wrong", "Stderr", "cog::prediction"],
    ]);
    expect(records(server).find(({ fields }) => fields["message"] === "setting up")?.target).toBe("cog::model");
  });
});

test("COG_LOG_MODEL=raw leaves the model's lines alone", async () => {
  await serving({ ...model, env: { COG_LOG_MODEL: "raw" } }, async (server) => {
    await server.client.predict({ input: { do: SAY } });
    await server.logged('\nsaid "this" \\ naïve 🐍\n');
    expect(records(server).map(({ fields }) => fields["message"])).toContain("listening");
  });
});

test("COG_LOG_LEVEL is for the server's own lines", async () => {
  await serving({ ...model, env: { COG_LOG_LEVEL: "error" } }, async (server) => {
    await server.client.predict({ input: { do: "print('heard')" } });
    await server.logged('"message":"heard"');
    expect(records(server).filter(({ target }) => target === "cog::server")).toEqual([]);
  });
});

test("no request and no secret is in it, whatever goes wrong", async () => {
  const env = { WEBHOOK_AUTH_TOKEN: "token-SECRET", COG_LOG_LEVEL: "debug" };
  await serving({ ...model, env }, async (server) => {
    const webhook = "http://user:password-SECRET@127.0.0.1:1/hook?key=query-SECRET";
    await server.client.predict({ input: { do: "'SECRET'" }, webhook });
    await server.post("/predictions", { input: { do: 1, nothing: "SECRET" }, context: { a: "SECRET" } });
    await server.post("/predictions", '{"input": "SECRET');
    await server.post("/predictions", { input: { do: "", unknown: "SECRET" } });
    await server.logged("a webhook was not delivered");
    await server.logged("Stripped unknown input fields");
    expect(server.log).not.toContain("SECRET");
  });
});

test("each line has the time to the microsecond, the model's name, and the trace that its request came with", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  await serving({ ...model, env: { COG_MODEL: "mine" } }, async (server) => {
    await server.post(
      "/predictions",
      { input: { do: "print('traced')" } },
      { traceparent: `00-${trace}-b7ad6b7169203331-01` },
    );
    await server.post("/predictions", { input: { do: "print('untraced')" } }, { traceparent: '00-"-01' });
    await server.logged('"message":"untraced"');
    for (const { timestamp, fields } of records(server)) {
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      expect(fields["model"]).toBe("mine");
    }
    const named = (message: string) => records(server).find(({ fields }) => fields["message"] === message)?.fields;
    expect(named("traced")).toMatchObject({ trace_id: trace, span_id: "b7ad6b7169203331" });
    expect(named("untraced")).not.toHaveProperty("trace_id");
  });
});

test("a log that nobody reads holds nothing up; what does not fit is counted, and said once somebody reads", async () => {
  await serving(model, async (server) => {
    const read = server.leaveLogUnread();
    // 16 times what may wait, and what the pipe holds.
    for (let count = 0; count < 64; count += 1) {
      const { status } = await server.client.predict({ input: { do: "print('x' * (1 << 18))" } });
      expect(status).toBe("succeeded");
    }
    read();
    await server.logged("log writes dropped");
    const dropped = records(server).find(({ fields }) => "dropped" in fields);
    expect(dropped).toMatchObject({ level: "WARN", target: "cog::server", timestamp: expect.stringMatching(/Z$/) });
    const kept = records(server).filter(({ target }) => target === "cog::prediction").length;
    await server.client.predict({ input: { do: "print('after')" } });
    await server.logged('"message":"after"');
    expect(kept).toBeLessThan(64);
  });
});

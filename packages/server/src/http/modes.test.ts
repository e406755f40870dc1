/** Which function is served, and where it is named. */
import { expect, test } from "vitest";
import type { ModelOptions } from "#testing";
import { ModelServer, schemaOf } from "#testing";

const MODEL = `
class Model:
    def run(self, text: str = "x") -> str:
        return "ran " + text

def train(n: int) -> str:
    return "trained " * n
`;

const SCHEMA = schemaOf({ train: true, inputs: [{ name: "n", type: { kind: "integer" } }] });

async function serving(options: ModelOptions, use: (server: ModelServer) => Promise<void>): Promise<void> {
  const server = await ModelServer.start(options);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

test("--x-mode train calls the train function by both names", async () => {
  const options = {
    model: MODEL,
    schema: SCHEMA,
    args: ["--x-mode", "train"],
    env: { COG_TRAIN_TYPE_STUB: "predict.py:train" },
  };
  await serving(options, async (server) => {
    for (const path of ["/trainings", "/predictions"] as const) {
      expect((await server.client.predict({ input: { n: 1 } }, { path })).output).toBe("trained ");
    }
    const put = await server.request("PUT", "/trainings/t1", { body: { id: "t2", input: { n: 1 } } });
    expect(await put.json()).toMatchObject({ detail: [{ msg: "training ID must match the ID supplied in the URL" }] });
    const stream = await server.post("/trainings", { input: { n: 1 } }, { Accept: "text/event-stream" });
    expect(stream.status).toBe(406);
    expect(await (await server.request("GET", "/")).json()).toMatchObject({ trainings_url: "/trainings" });
  });
});

test("without a reference in the environment, cog.yaml names the model", async () => {
  const options = {
    model: MODEL,
    files: { "cog.yaml": "predict: predict.py:Model\n" },
    env: { COG_PREDICT_TYPE_STUB: "" },
  };
  await serving(options, async (server) => {
    expect((await server.client.predict({ input: { text: "y" } })).output).toBe("ran y");
  });
});

test("without any reference it says what is missing and exits with 1", async () => {
  const started = ModelServer.start({ model: MODEL, env: { COG_PREDICT_TYPE_STUB: "" } });
  await expect(started).rejects.toThrow(/ended \(1\).*COG_PREDICT_TYPE_STUB/s);
});

test("an unknown flag exits with 2", async () => {
  await expect(ModelServer.start({ model: MODEL, args: ["--nope"] })).rejects.toThrow("ended (2)");
});

test("a taken port exits with 1 and leaves the other server alone", async () => {
  await serving({ model: MODEL, schema: SCHEMA }, async (first) => {
    const port = new URL(first.url).port;
    await expect(ModelServer.start({ model: MODEL, env: { PORT: port } })).rejects.toThrow("ended (1)");
    expect((await first.client.health()).status).toBe("READY");
  });
});

test("COG_SCHEMA_FILE is read where the build left no schema", async () => {
  const schema = JSON.stringify(schemaOf({ inputs: [{ name: "text", type: { kind: "string" } }] }));
  const options = { model: MODEL, files: { "schema.json": schema }, env: { COG_SCHEMA_FILE: "schema.json" } };
  await serving(options, async (server) => {
    await expect(server.client.predict({ input: {} })).rejects.toMatchObject({ status: 422 });
  });
});

test("console logs print the model's lines as they are", async () => {
  const model = `class Model:\n    def run(self) -> str:\n        print("a plain line")\n        return "x"`;
  await serving({ model, env: { LOG_FORMAT: "console" } }, async (server) => {
    await server.client.predict({ input: {} });
    await server.logged("\na plain line\n");
  });
});

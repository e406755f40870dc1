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

const NAMES = [
  {
    name: "Runner before Predictor",
    ref: "predict.py",
    model: `${runner("Predictor")}\n${runner("Runner")}`,
    output: "Runner",
  },
  { name: "Predictor", ref: "predict.py", model: runner("Predictor"), output: "Predictor" },
  {
    name: "a function",
    ref: "predict.py:go",
    model: 'def go(text: str = "x") -> str:\n  return "went " + text',
    output: "went x",
  },
  { name: "a model in a folder", ref: "my-models/predict.py:Model", model: "", output: "from the root" },
];

function runner(name: string): string {
  return `class ${name}:\n  def run(self) -> str:\n    return "${name}"`;
}

test.each(NAMES)("a reference to $name", async ({ ref, model, output }) => {
  const files = {
    "lib.py": 'WORDS = "from the root"',
    "my-models/predict.py": "import lib\nclass Model:\n  def run(self) -> str:\n    return lib.WORDS",
  };
  await serving({ model, ref, files }, async (server) => {
    expect(await server.client.predict({})).toMatchObject({ status: "succeeded", output });
  });
});

const WRONG_CLASSES = [
  {
    name: "both run and predict",
    model: `${runner("Model")}\n  def predict(self) -> str: return "y"`,
    error: /run.*predict|predict.*run/,
  },
  { name: "neither", model: "class Model:\n  pass", error: /run/ },
];

test.each(WRONG_CLASSES)("a class with $name fails its setup", async ({ model, error }) => {
  await serving({ model, until: "setup_failed" }, async (server) => {
    const { status, setup } = await server.client.health();
    expect(status).toBe("SETUP_FAILED");
    expect(setup?.logs).toMatch(error);
  });
});

const TRAINER = `
import time
from cog import BaseModel, Path

class TrainingOutput(BaseModel):
    weights: Path

class Trainer:
    def setup(self):
        self.greeting = "set up"

    def train(self, n: int) -> TrainingOutput:
        print(self.greeting)
        if n == 0:
            print("go")
            time.sleep(60)
        path = Path("weights.txt")
        path.write_text("w" * n)
        return TrainingOutput(weights=path)
`;

test("a train class: setup, weights as a file, and one registry for both names", async () => {
  const env = { COG_TRAIN_TYPE_STUB: "predict.py:Trainer" };
  await serving({ model: TRAINER, schema: SCHEMA, args: ["--x-mode=train"], env }, async (server) => {
    const path = "/trainings";
    expect(await server.client.predict({ input: { n: 3 } }, { path })).toMatchObject({
      status: "succeeded",
      output: { weights: "data:text/plain;base64,d3d3" },
      logs: "set up\n",
    });
    expect((await server.post(path, { input: {} })).status).toBe(422);
    const running = server.client.predict({ id: "long", input: { n: 0 } }, { path });
    await server.logged('"message":"go"');
    const again = await server.request("PUT", "/predictions/long", { body: { input: { n: 1 } } });
    expect(await again.json()).toMatchObject({ id: "long", status: "processing", logs: "set up\ngo\n" });
    expect((await server.request("POST", "/predictions/long/cancel")).status).toBe(200);
    expect(await running).toMatchObject({ status: "canceled" });
  });
});

const ENDS = [
  { name: "--version", args: ["--version"], says: /ended \(0\)/ },
  { name: "--help", args: ["--help"], says: /ended \(0\)/ },
  { name: "a port that is no number", env: { PORT: "http" }, says: /ended \(1\).*PORT is "http"/s },
];

test.each(ENDS)("$name ends it at once", async ({ args = [], env = {}, says }) => {
  await expect(ModelServer.start({ model: MODEL, args, env })).rejects.toThrow(says);
});

/** `/trainings` of a server of predictions: its train function, in a worker of its own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ModelServer, Receiver, schemaOf, serving, until } from "#testing";

const MODEL = `
import os, time
from cog import BaseModel, Input, Path

class Model:
    def setup(self):
        self.pid = os.getpid()
    def run(self, text: str = "x") -> str:
        return "ran " + text

class TrainingOutput(BaseModel):
    weights: Path
    pid: int

def train(n: int = Input(ge=0), data: Path = None, do: str = "") -> TrainingOutput:
    print("training")
    exec(do)
    path = Path("weights.txt")
    path.write_text("w" * n + ("" if data is None else data.read_text()))
    return TrainingOutput(weights=path, pid=os.getpid())
`;

const SCHEMA = schemaOf({
  inputs: [{ name: "text", type: { kind: "string" }, default: "x" }],
  training: [
    { name: "n", type: { kind: "integer" }, ge: 0 },
    { name: "data", type: { kind: "path" }, nullable: true, required: false },
    { name: "do", type: { kind: "string" }, default: "" },
  ],
});
const env = { COG_TRAIN_TYPE_STUB: "predict.py:train" };
const model = { model: MODEL, schema: SCHEMA, env };
const path = "/trainings";

const train = (server: ModelServer, input: Record<string, string | number>, id?: string) =>
  server.client.predict(id === undefined ? { input } : { id, input }, { path });

const PLACES = [
  { name: "the environment and the built document", options: model },
  { name: "the environment, and no document", options: { model: MODEL, env } },
  {
    name: "cog.yaml",
    options: {
      model: MODEL,
      env: { COG_PREDICT_TYPE_STUB: "" },
      files: { "cog.yaml": "predict: predict.py:Model\ntrain: predict.py:train\n" },
    },
  },
];

test.each(PLACES)("a train function named in $name is called, and predictions go on", async ({ options }) => {
  await serving(options, async (server) => {
    expect(await (await server.request("GET", "/")).json()).toMatchObject({ trainings_url: path });
    expect((await server.client.schema()) as object).toHaveProperty(["paths", "/trainings"]);
    const answer = await train(server, { n: 2, data: "data:text/plain;base64,aGk=" });
    expect(answer).toMatchObject({ status: "succeeded", logs: "training\n" });
    expect(answer.output).toMatchObject({ weights: "data:text/plain;base64,d3doaQ==" });
    const refused = await server.post(path, { input: { n: -1, data: "/etc/hostname" } });
    expect(refused.status).toBe(422);
    const { detail } = (await refused.json()) as { detail: { loc: string[] }[] };
    expect(detail.map(({ loc }) => loc[2]).sort()).toEqual(["data", "n"]);
    expect((await server.client.predict({ input: { text: "y" } })).output).toBe("ran y");
  });
});

test("without a train function the routes are not there", async () => {
  await serving({ model: MODEL, schema: SCHEMA }, async (server) => {
    for (const [method, where] of [
      ["POST", path],
      ["PUT", `${path}/x`],
      ["GET", `${path}/x`],
      ["POST", `${path}/x/cancel`],
    ] as const) {
      const answer = await server.request(method, where);
      expect([answer.status, await answer.text()]).toEqual([404, ""]);
    }
    expect(await (await server.request("GET", "/")).json()).not.toHaveProperty("trainings_url");
  });
});

test("the first training starts the worker: what comes meanwhile waits or is turned away", async () => {
  const slow = MODEL.replace(
    "class TrainingOutput",
    "if os.environ.get('COG_X_MODE'):\n    while not os.path.exists('go'): time.sleep(0.005)\n\nclass TrainingOutput",
  );
  await serving({ ...model, model: slow }, async (server) => {
    const first = await server.post(path, { id: "t", input: { n: 1 } }, { Prefer: "respond-async" });
    expect([first.status, await first.json()]).toEqual([202, { id: "t", status: "starting" }]);
    const again = await server.request("PUT", `${path}/t`, { body: { input: { n: 5 } } });
    expect(await again.json()).toMatchObject({ id: "t", status: "starting", input: { n: 1 } });
    expect((await server.post(path, { input: { n: 1 } })).status).toBe(409);
    // Predictions have slots of their own.
    expect((await server.client.predict({ input: {} })).output).toBe("ran x");
    await writeFile(join(server.folder, "go"), "");
    await expect.poll(async () => (await server.client.look("t"))?.status).toBe("succeeded");
  });
});

test("webhooks, one registry for both routes, cancel, and what streams are told", async () => {
  const receiver = await Receiver.start();
  await serving(model, async (server) => {
    const body = { id: "t", input: { n: 0, do: "time.sleep(60)" }, webhook: receiver.url };
    const running = server.client.predict(body, { path });
    await server.logged('"message":"training"');
    expect((await server.post("/predictions", { id: "t", input: {} })).status).toBe(409);
    const look = await server.request("PUT", "/predictions/t", { body: {} });
    expect(await look.json()).toMatchObject({ id: "t", status: "processing", logs: "training\n" });
    expect((await server.request("POST", "/predictions/t/cancel")).status).toBe(200);
    expect(await running).toMatchObject({ status: "canceled" });
    await receiver.until((all) => all.some((sent) => sent.body.includes("canceled")));
    const sent = receiver.received.map(({ body }) => JSON.parse(body));
    expect([sent[0].status, sent.at(-1)]).toMatchObject([
      "processing",
      { id: "t", status: "canceled", logs: "training\n" },
    ]);
    const stream = await server.post(path, { input: { n: 1 } }, { Accept: "text/event-stream" });
    expect(stream.status).toBe(406);
    expect(await stream.json()).toEqual({ error: "Training endpoints do not support streaming responses." });
    const mismatch = await server.request("PUT", `${path}/t1`, { body: { id: "t2", input: { n: 1 } } });
    expect(await mismatch.json()).toMatchObject({
      detail: [{ loc: ["body", "id"], msg: "training ID must match the ID supplied in the URL" }],
    });
  });
  receiver.close();
});

test("a training that crashes leaves predictions alone, and the next training works", async () => {
  await serving(model, async (server) => {
    await train(server, { n: 1 });
    const crash = await train(server, { n: 1, do: "os._exit(3)" });
    expect(crash).toMatchObject({ status: "failed", error: expect.stringContaining("exited with code 3") });
    expect((await server.client.health()).status).toBe("READY");
    expect((await train(server, { n: 1 })).status).toBe("succeeded");
  });
});

test("a reload takes both functions", async () => {
  const watched = { COG_INSTANCE: "here" };
  await serving({ ...model, env: { ...env, ...watched } }, async (server) => {
    expect((await train(server, { n: 1 })).logs).toBe("training\n");
    await writeFile(join(server.folder, "predict.py"), MODEL.replace('print("training")', 'print("new training")'));
    expect((await server.post("/reload", undefined, { "X-Cog-Instance": "here" })).status).toBe(200);
    expect((await train(server, { n: 1 })).logs).toBe("new training\n");
  });
});

test("a train function that cannot be loaded fails trainings with the reason, and nothing else", async () => {
  await serving({ ...model, env: { COG_TRAIN_TYPE_STUB: "train.py:train" } }, async (server) => {
    expect(await train(server, { n: 1 })).toMatchObject({
      status: "failed",
      error: expect.stringContaining("train.py"),
    });
    const refused = await server.post(path, { input: { n: 1 } });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: expect.stringContaining("train.py"), status: "failed" });
    await until(server, "READY");
    expect((await server.client.predict({ input: {} })).output).toBe("ran x");
  });
});

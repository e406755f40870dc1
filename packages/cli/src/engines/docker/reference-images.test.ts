/** Images that another Cog built, with its own runtime in them, run by this one. */
import { openApiOf } from "@cog/core/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, ping, removeImage } from "#docker";
import type { Context } from "../engine.ts";
import { containerEngine } from "./engine.ts";

const signal = new AbortController().signal;
const withDocker = (await ping({ signal })) === "answers";
const NAME = `cog-reference-test-${process.pid}`;
const CONFIG = JSON.stringify({ build: { python_version: "3.11" }, predict: "run.py:Runner" });
const SCHEMA = openApiOf(
  {
    predict: {
      inputs: [{ name: "name", type: { kind: "string" }, nullable: false, required: true }],
      output: { kind: "string" },
      streaming: false,
      async: false,
      concurrency: null,
    },
  },
  { version: "1.0.0" },
);
const MODEL = [
  "from cog import BasePredictor",
  "class Runner(BasePredictor):",
  "    def predict(self, name: str) -> str:",
  '        return "hello " + name',
];
const DOCKERFILE = `FROM python:3.11-slim
RUN pip install -q cog==0.23.1
WORKDIR /src
RUN printf '%s\\n' ${MODEL.map((line) => `'${line}'`).join(" ")} > run.py && printf 'run: run.py:Runner\\n' > cog.yaml
ENV COG_PREDICT_TYPE_STUB="run.py:Runner"
EXPOSE 5000
CMD ["python", "-m", "cog.server.http"]
`;

const context: Context = {
  signal,
  report: {
    info: () => {},
    warn: () => {},
    debug: () => {},
    output: () => {},
    step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
  },
};

const title = `an image of the reference${withDocker ? "" : " (left out: no Docker engine answers here)"}`;
/** Neither does the reference's server. */
const TELLS_NOTHING = { COG_NOTIFY_FD: "" };

describe.skipIf(!withDocker)(title, () => {
  beforeAll(async () => {
    const built = await docker(["build", "-q", "-t", NAME, "-"], { signal, input: DOCKERFILE });
    expect(built).toMatchObject({ exitCode: 0 });
  }, 300_000);

  afterAll(async () => {
    for (const name of [NAME, `${NAME}-run.cog`, `${NAME}-org.cogmodel`]) await removeImage(name);
  });

  test.each(["run.cog", "org.cogmodel"])("with labels %s.* answers", { timeout: 120_000 }, async (prefix) => {
    const image = `${NAME}-${prefix}`;
    const labels = { config: CONFIG, openapi_schema: JSON.stringify(SCHEMA) };
    const flags = Object.entries(labels).flatMap(([name, value]) => ["--label", `${prefix}.${name}=${value}`]);
    await docker(["build", "-q", "-t", image, ...flags, "-"], { signal, input: `FROM ${NAME}\n` });
    const prepared = await containerEngine("docker").prepare({ kind: "image", image }, context);
    expect(prepared.schema).toEqual(SCHEMA);
    const model = await prepared.start(
      {
        mode: "predict",
        env: TELLS_NOTHING,
        serverFlags: [],
        listen: { host: "127.0.0.1", port: 0 },
        onOutput: () => {},
      },
      context,
    );
    try {
      await model.ready({ signal: AbortSignal.timeout(60_000) });
      const response = await fetch(`${model.url}/predictions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ input: { name: "bob" } }),
      });
      expect(await response.json()).toMatchObject({ status: "succeeded", output: "hello bob" });
    } finally {
      await model.stop();
    }
  });
});

/** What `cog deploy compose` prints, held to the schema of Compose and, where that is here, to Compose itself. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { yamlText } from "../document.ts";
import { PLAIN_MODEL } from "../examples.ts";
import type { DeployedModel } from "../model.ts";
import type { ComposeWish } from "../wish.ts";
import { composeFile } from "./file.ts";

const NO_WISH: ComposeWish = {
  variables: [],
  gpu: undefined,
  queue: undefined,
  port: 5000,
  replicas: 1,
  ownRedis: true,
  s3: false,
  observe: false,
  memory: undefined,
  sharedMemory: { text: "2Gi", bytes: 2 * 2 ** 30 },
};
const redis = { tls: false, host: "redis", port: 6379, user: "", database: 0 };
const queue = { names: ["jobs", "urgent"], redis };

interface Example {
  readonly what: string;
  readonly model?: Partial<DeployedModel>;
  readonly wish?: Partial<ComposeWish>;
  /** What is where. */
  readonly expected: readonly (readonly [path: string, value: unknown])[];
}

const EXAMPLES: readonly Example[] = [
  {
    what: "nothing is wished",
    expected: [
      ["services/model/image", PLAIN_MODEL.image.reference],
      ["services/model/ports", ["5000:5000"]],
      ["services/model/stop_grace_period", "330s"],
      ["services/model/shm_size", "2gb"],
      ["services/model/environment", { PORT: "5000", COG_DRAIN_TIMEOUT: "300" }],
      ["services/model/deploy", undefined],
      ["services/worker", undefined],
      ["volumes", undefined],
      ["configs", undefined],
    ],
  },
  {
    what: "a GPU, memory, variables, another port",
    model: {
      gpu: true,
      environment: new Map([
        ["COG_NODE", "/node"],
        ["PORT", "8080"],
      ]),
    },
    wish: {
      port: 80,
      memory: { text: "1.5Gi", bytes: 1.5 * 2 ** 30 },
      variables: [
        { name: "PRICE", value: "5$" },
        { name: "COG_DRAIN_TIMEOUT", value: "10" },
        { name: "HF_TOKEN", passed: true },
      ],
    },
    expected: [
      ["services/model/ports", ["80:8080"]],
      ["services/model/healthcheck/test/3", expect.stringContaining("http://127.0.0.1:8080/health-check")],
      ["services/model/deploy/resources/reservations/devices/0", { driver: "nvidia", count: 1, capabilities: ["gpu"] }],
      ["services/model/deploy/resources/limits/memory", "1536mb"],
      ["services/model/environment/PRICE", "5$$"],
      ["services/model/environment/HF_TOKEN", expect.stringMatching(/^\$\{HF_TOKEN:\?/)],
      ["services/model/stop_grace_period", "40s"],
    ],
  },
  {
    what: "two workers of a queue",
    model: { gpu: true },
    wish: { queue, replicas: 2 },
    expected: [
      ["services/model/command", ["python", "-m", "cog.server.gateway", "--queue", "jobs"]],
      ["services/model/deploy", undefined],
      ["services/worker/command", ["python", "-m", "cog.server.redis_queue", "--queue", "jobs", "--queue", "urgent"]],
      ["services/worker/environment/COG_REDIS_URL", "redis://redis:6379/0"],
      ["services/worker/deploy/replicas", 2],
      ["services/worker/ports", undefined],
      ["services/redis/command/2", "yes"],
      ["volumes", { redis: {} }],
    ],
  },
  {
    what: "a queue in a Redis elsewhere",
    wish: {
      queue: { ...queue, redis: { ...redis, host: "redis.example.com", tls: true } },
      ownRedis: false,
      variables: [{ name: "COG_QUEUE_LAG_MAX", value: "9" }],
    },
    expected: [
      ["services/redis", undefined],
      ["services/worker/depends_on", undefined],
      ["services/model/environment/COG_QUEUE_LAG_MAX", "9"],
      ["services/worker/environment/COG_REDIS_URL", "rediss://redis.example.com:6379/0"],
    ],
  },
  {
    what: "object storage and observation",
    wish: { s3: true, observe: true },
    expected: [
      ["services/model/environment/COG_UPLOAD_URL", "s3://cog"],
      ["services/model/environment/OTEL_SERVICE_NAME", "my-model"],
      ["services/s3/depends_on/bucket/condition", "service_completed_successfully"],
      ["services/prometheus/configs/0/source", "prometheus"],
      ["configs/prometheus/content", expect.stringContaining("port: 5000")],
      ["configs/collector/content", expect.stringContaining("0.0.0.0:4318")],
      ["volumes", { objects: {}, prometheus: {} }],
    ],
  },
  {
    what: "managed weights",
    model: { weights: [{ name: "base", target: "/src/base" }] },
    expected: [
      ["services/model/environment/COG_WEIGHTS_FETCH", "1"],
      ["services/model/volumes", ["weights-base:/src/base"]],
      ["volumes", { "weights-base": {} }],
    ],
  },
];

function textOf({ model, wish }: Pick<Example, "model" | "wish">): string {
  return yamlText([composeFile({ ...PLAIN_MODEL, ...model }, { ...NO_WISH, ...wish })], ["made by a test"]);
}

const schema = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).compile(
  JSON.parse(readFileSync(new URL("fixtures/compose-spec.json", import.meta.url), "utf8")),
);
const hasCompose = spawnSync("docker", ["compose", "version"]).status === 0;

describe.each(EXAMPLES)("$what", ({ expected, ...example }) => {
  test("is as it should be", () => {
    const file: unknown = parse(textOf(example));
    for (const [path, value] of expected) {
      const found = path
        .split("/")
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], file);
      expect(found, path).toEqual(value);
    }
  });

  test("is what the schema of Compose allows", () => {
    const file: unknown = parse(textOf(example));
    expect(schema(file) ? [] : schema.errors).toEqual([]);
  });

  test.skipIf(!hasCompose)("is taken by docker compose", () => {
    const { status, stderr } = spawnSync("docker", ["compose", "-f", "-", "config", "-q"], {
      input: textOf(example),
      encoding: "utf8",
      env: { ...process.env, HF_TOKEN: "a", S3_SECRET_KEY: "b" },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

test("the schema would not allow a key that Compose does not know", () => {
  expect(schema({ services: { model: { imagine: "a" } } })).toBe(false);
});

test("an image with another Cog's server serves, and no more", () => {
  const model = { server: "reference" } as const;
  expect(textOf({ model })).not.toContain("COG_DRAIN_TIMEOUT:");
  expect(() => textOf({ model, wish: { queue } })).toThrow(/has no queue/);
  expect(() => textOf({ model, wish: { observe: true } })).toThrow(/has no metrics/);
});

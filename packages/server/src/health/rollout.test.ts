/** What a cluster relies on: how probes answer in each state, and that a rollout costs no prediction. */
import type { JsonObject } from "@cog/core/json";
import type { HealthState } from "@cog/core/wire";
import { expect, test } from "vitest";
import { ModelServer, serving } from "#testing";

/** Each state is reached by what is in its folder, or by what it is asked to do. */
const MODEL = `
import os, time

class Model:
    def setup(self):
        print("setting up")
        if os.path.exists("slow"): time.sleep(600)
        if os.path.exists("broken"): raise RuntimeError("no weights")

    def healthcheck(self):
        return not os.path.exists("sick")

    def run(self, do: str = "", seconds: float = 0.0) -> str:
        if do == "die": os._exit(1)
        if do == "get slow": open("slow", "w").close(); os._exit(1)
        if do == "get sick": open("sick", "w").close()
        if seconds >= 1: print("a long one")
        time.sleep(seconds)
        return "done"
`;

interface Row {
  readonly state: HealthState | "draining" | "STARTING again";
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly reach?: (server: ModelServer) => Promise<unknown>;
  readonly startupz: number;
  readonly readyz: number;
  readonly livez: number;
}

const predict = (input: JsonObject) => async (server: ModelServer) => await server.client.predict({ input });
const busy = async (server: ModelServer) => await server.client.start({ id: "long", input: { seconds: 600 } });

const PROBES: readonly Row[] = [
  { state: "STARTING", files: { slow: "" }, startupz: 503, readyz: 503, livez: 200 },
  { state: "READY", startupz: 200, readyz: 200, livez: 200 },
  { state: "BUSY", reach: busy, startupz: 200, readyz: 200, livez: 200 },
  {
    state: "BUSY",
    env: { COG_READY_WHEN_BUSY: "false" },
    reach: busy,
    startupz: 200,
    readyz: 503,
    livez: 200,
  },
  { state: "UNHEALTHY", reach: predict({ do: "get sick" }), startupz: 200, readyz: 503, livez: 200 },
  { state: "SETUP_FAILED", files: { broken: "" }, startupz: 503, readyz: 503, livez: 200 },
  { state: "STARTING again", reach: predict({ do: "get slow" }), startupz: 200, readyz: 503, livez: 200 },
  {
    state: "DEFUNCT",
    env: { COG_WORKER_RESTART: "never" },
    reach: predict({ do: "die" }),
    startupz: 200,
    readyz: 503,
    livez: 500,
  },
  {
    state: "draining",
    env: { COG_DRAIN_DELAY: "600", COG_DRAIN_TIMEOUT: "600" },
    reach: async (server) => {
      server.signal("SIGTERM");
      await server.logged("stopping");
    },
    startupz: 200,
    readyz: 503,
    livez: 200,
  },
];

test.each(PROBES)("$state: /startupz $startupz, /readyz $readyz, /livez $livez ($env)", async (row) => {
  const { state, files = {}, env = {}, reach, startupz, readyz, livez } = row;
  const settled = { SETUP_FAILED: "setup_failed", STARTING: "listening" } as const;
  const until = state === "SETUP_FAILED" || state === "STARTING" ? settled[state] : "ready";
  const server = await ModelServer.start({ model: MODEL, files, env, until });
  try {
    await reach?.(server);
    const named = state === "STARTING again" ? "STARTING" : state;
    if (named !== "draining") await expect.poll(async () => (await server.client.health()).status).toBe(named);
    const answers = ["/startupz", "/readyz", "/livez"].map(async (path) => (await server.request("GET", path)).status);
    expect(await Promise.all(answers)).toEqual([startupz, readyz, livez]);
  } finally {
    // The second one ends what the first would wait for.
    server.signal("SIGTERM");
    await server.close();
  }
});

const CLIENTS = 8;

test("a rollout under load: with preStop no request fails, and none is cut off", async () => {
  const env = { COG_QUEUE_MAX: "100", COG_DRAIN_TIMEOUT: "60" };
  const options = { model: MODEL, env };
  await serving(options, async (old) => {
    await serving(options, async (young) => {
      let endpoints = [old, young];
      let isOver = false;
      const answers: string[][] = Array.from({ length: CLIENTS }, () => []);
      const load = answers.map(async (own, number) => {
        for (let turn = number; !isOver; turn += 1) {
          const server = endpoints[turn % endpoints.length] ?? young;
          const response = await server.post("/predictions", { input: { seconds: 0.02 } });
          const { status } = (await response.json()) as { readonly status?: string };
          own.push(`${response.status} ${status}`);
        }
      });
      const moreOfEach = async () => {
        const before = answers.map(({ length }) => length);
        const isMore = () => answers.every(({ length }, number) => length >= (before[number] ?? 0) + 2);
        await expect.poll(isMore).toBe(true);
      };
      await moreOfEach();
      // What preStop waits for: the pod is out of the service, and nothing is on its way to it any more but the last one.
      endpoints = [young];
      await moreOfEach();
      const last = old.client.predict({ input: { seconds: 2 } });
      await old.logged("a long one");
      old.signal("SIGTERM");
      expect(await last).toMatchObject({ status: "succeeded" });
      expect(await old.exited).toBe(0);
      await moreOfEach();
      isOver = true;
      await Promise.all(load);
      expect(answers.flat().filter((answer) => answer !== "200 succeeded")).toEqual([]);
    });
  });
});

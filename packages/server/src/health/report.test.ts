/** What `GET /health-check` says in detail: forms, versions, and what is absent. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, serving, testPython } from "#testing";

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?\+00:00$/;
const QUIET = `
class Model:
    def setup(self):
        pass
    def run(self) -> str:
        print("later")
        return "x"
`;
const FACTS = "import cog, json, platform; print(json.dumps([platform.python_version(), cog.__version__]))";

test("versions are those of what runs; times are in UTC with an offset, and in order", async () => {
  const [python, sdk] = JSON.parse(execFileSync(testPython(), ["-c", FACTS], { encoding: "utf8" }));
  const before = Date.now();
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
    const { version, setup } = await server.client.health();
    expect(version).toEqual({
      coglet: expect.stringMatching(/^\d+\.\d+\.\d+/),
      git_sha: expect.stringMatching(/^(?:[0-9a-f]{8}|unknown)$/),
      build_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      python,
      python_sdk: sdk,
      cog: sdk,
    });
    const times = [setup?.started_at ?? "", setup?.completed_at ?? ""];
    for (const time of times) expect(time).toMatch(TIMESTAMP);
    const moments = [before, ...times.map((time) => Date.parse(time)), Date.now()];
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    const answer = await server.client.predict({ input: {} });
    for (const time of [answer.created_at, answer.started_at, answer.completed_at]) expect(time).toMatch(TIMESTAMP);
    const discovery = await (await server.request("GET", "/")).json();
    expect(discovery).toMatchObject({ cog_version: sdk });
  });
});

test("logs of a setup that printed nothing are absent, and what predictions print is not added to them", async () => {
  await serving({ model: QUIET }, async (server) => {
    expect((await server.client.predict({ input: {} })).logs).toBe("later\n");
    const { setup } = await server.client.health();
    expect(setup).toEqual({ status: "succeeded", started_at: expect.any(String), completed_at: expect.any(String) });
  });
});

test("while it starts there is no end and no log", async () => {
  const slow = OBEDIENT.replace('print("setting up")', "time.sleep(60)");
  await serving({ model: slow, schema: OBEDIENT_SCHEMA, until: "listening" }, async (server) => {
    const { setup } = await server.client.health();
    expect(setup).toEqual({ status: "starting", started_at: expect.stringMatching(TIMESTAMP) });
  });
});

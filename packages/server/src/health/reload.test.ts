/** A model whose code changes while it is served, and a server that nobody uses any more. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ModelOptions } from "#testing";
import { ModelServer } from "#testing";

const INSTANCE = "test-instance";

function answering(text: string, setup = "pass"): string {
  return `
import time
class Model:
    def setup(self):
        ${setup}
    def run(self, seconds: float = 0) -> str:
        time.sleep(seconds)
        return "${text}"
`;
}

async function serving<T>(options: ModelOptions, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await ModelServer.start(options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

function edit(server: ModelServer, model: string): void {
  writeFileSync(join(server.folder, "predict.py"), model);
}

async function reload(server: ModelServer): Promise<Record<string, unknown>> {
  const response = await server.post("/reload", undefined, { "X-Cog-Instance": INSTANCE });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

const watched = { COG_INSTANCE: INSTANCE };

test("requests that come during a reload wait for the new code, more of them than there are slots", async () => {
  await serving({ model: answering("old"), env: watched }, async (server) => {
    expect((await server.client.predict({ input: {} })).output).toBe("old");
    edit(server, answering("new", "time.sleep(0.5)"));
    const reloaded = reload(server);
    await server.logged("reloading the model");
    const answers = await Promise.all([1, 2, 3].map(() => server.client.predict({ input: {} })));
    expect(answers.map(({ output }) => output)).toEqual(["new", "new", "new"]);
    // READY, or BUSY with those who waited.
    expect(await reloaded).toMatchObject({ setup: { status: "succeeded" } });
    const instance = await server.request("GET", "/instance");
    expect(await instance.json()).toEqual({ instance: INSTANCE, status: "READY" });
  });
});

test("inputs are checked by what the new code takes", async () => {
  await serving({ model: answering("old"), env: watched }, async (server) => {
    edit(server, "class Model:\n    def run(self, name: str) -> str:\n        return name\n");
    await reload(server);
    expect((await server.post("/predictions", { input: {} })).status).toBe(422);
    expect((await server.client.predict({ input: { name: "bob" } })).output).toBe("bob");
  });
});

test("a prediction that runs gets the end it was going to have", async () => {
  await serving({ model: answering("old"), env: watched }, async (server) => {
    const running = server.client.predict({ input: { seconds: 0.5 } });
    await expect.poll(async () => (await server.client.health()).status).toBe("BUSY");
    edit(server, answering("new"));
    await reload(server);
    expect((await running).output).toBe("old");
    expect((await server.client.predict({ input: {} })).output).toBe("new");
  });
});

test("code that cannot be loaded says why, and the next edit mends it", async () => {
  await serving({ model: answering("old"), env: watched }, async (server) => {
    edit(server, "class Model:\n    def run(self) -> str\n        return 'x'\n");
    const broken = await reload(server);
    expect(broken).toMatchObject({ status: "SETUP_FAILED", setup: { logs: expect.stringContaining("line 2") } });
    expect((await server.post("/predictions", { input: {} })).status).toBe(503);
    edit(server, answering("mended"));
    expect(await reload(server)).toMatchObject({ status: "READY" });
    expect((await server.client.predict({ input: {} })).output).toBe("mended");
  });
});

test("of reloads that overlap the last one counts, and all are answered", async () => {
  await serving({ model: answering("old"), env: watched }, async (server) => {
    const reloads: Promise<unknown>[] = [];
    for (const name of ["a", "b", "c"]) {
      edit(server, answering(name, "time.sleep(0.1)"));
      reloads.push(reload(server));
    }
    expect((await server.client.predict({ input: {} })).output).toBe("c");
    await Promise.all(reloads);
    expect((await server.client.health()).status).toBe("READY");
  });
});

test("only the one who started the server may reload", async () => {
  await serving({ model: answering("x") }, async (server) => {
    expect((await server.post("/reload")).status).toBe(404);
    expect((await server.request("GET", "/instance")).status).toBe(404);
  });
  await serving({ model: answering("x"), env: watched }, async (server) => {
    expect((await server.post("/reload")).status).toBe(403);
    expect((await server.post("/reload", undefined, { "X-Cog-Instance": "another" })).status).toBe(403);
  });
});

test("a server that idles for COG_IDLE_TIMEOUT ends, one that works does not", async () => {
  const server = await ModelServer.start({ model: answering("x"), env: { COG_IDLE_TIMEOUT: "1" } });
  try {
    expect((await server.client.predict({ input: { seconds: 1.5 } })).output).toBe("x");
    expect(await server.exited).toBe(0);
  } finally {
    await server.close();
  }
});

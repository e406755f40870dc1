/** `healthcheck()`: how often it runs, how long it may take, and what a busy interpreter does to the answer. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OBEDIENT, OBEDIENT_SCHEMA, serving } from "#testing";

test("a storm of requests shares one run of the hook", async () => {
  const model = `
import time
class Model:
    def run(self) -> str:
        return "x"
    def healthcheck(self) -> bool:
        with open("runs", "a") as file: file.write("x")
        time.sleep(0.3)
        return True
`;
  await serving({ model }, async (server) => {
    const states = await Promise.all(Array.from({ length: 50 }, async () => (await server.client.health()).status));
    expect(new Set(states)).toEqual(new Set(["READY"]));
    expect(readFileSync(join(server.folder, "runs"), "utf8").length).toBeLessThanOrEqual(2);
  });
});

const SLOW = [
  { name: "sync", hook: "def healthcheck(self) -> bool:\n        time.sleep(30)\n        return True" },
  { name: "async", hook: "async def healthcheck(self) -> bool:\n        await asyncio.sleep(30)\n        return True" },
];

test.each(SLOW)("a $name hook that takes longer than five seconds", async ({ hook }) => {
  const model = `
import asyncio, time
class Model:
    def run(self) -> str:
        return "x"
    ${hook}
`;
  await serving({ model }, async (server) => {
    const asked = performance.now();
    expect(await server.client.health()).toMatchObject({
      status: "UNHEALTHY",
      user_healthcheck_error: "Healthcheck failed: user-defined healthcheck timed out after 5.0 seconds",
    });
    // Not the thirty that the hook takes.
    expect(performance.now() - asked).toBeLessThan(20_000);
    expect((await server.client.predict({ input: {} })).output).toBe("x");
  });
});

test("an async hook runs beside async predictions, and wins over BUSY", async () => {
  const model = `
import asyncio
class Model:
    sick = False
    async def run(self) -> str:
        Model.sick = True
        print("go")
        await asyncio.sleep(60)
        return "x"
    async def healthcheck(self) -> bool:
        return not Model.sick
`;
  await serving({ model }, async (server) => {
    expect((await server.client.health()).status).toBe("READY");
    const answer = server.client.predict({ id: "a", input: {} });
    await server.logged('"message":"go"');
    expect((await server.client.health()).status).toBe("UNHEALTHY");
    await server.client.cancel("a");
    expect(await answer).toMatchObject({ status: "canceled" });
  });
});

test("a hook that returns no bool is healthy", async () => {
  const model = "class Model:\n    def run(self) -> str: return 'x'\n    def healthcheck(self): return 'well'";
  await serving({ model }, async (server) => {
    expect((await server.client.health()).status).toBe("READY");
  });
});

test("the answer is quick while run() holds the interpreter in slices", async () => {
  await serving({ model: OBEDIENT, schema: OBEDIENT_SCHEMA }, async (server) => {
    const code = "print('go')\nwhile not os.path.exists('enough'): sum(range(1000))";
    const answer = server.client.predict({ input: { do: code } });
    await server.logged('"message":"go"');
    const took: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const asked = performance.now();
      expect((await server.client.health()).status).toBe("BUSY");
      took.push(performance.now() - asked);
    }
    // The machine may be busy with others now and then; the interpreter is so all the time.
    expect(took.toSorted((a, b) => a - b)[4]).toBeLessThan(1000);
    await writeFile(join(server.folder, "enough"), "");
    await answer;
  });
});

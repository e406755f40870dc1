/** POST /predictions/{id}/cancel: whatever the mode and whatever the model does about it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelServer, OBEDIENT, Receiver, schemaOf, serving } from "#testing";

const SCHEMA = schemaOf({
  streaming: true,
  inputs: [{ name: "do", type: { kind: "string" }, default: "" }],
  output: { kind: "object" },
});

const MODES = [
  { name: "sync", headers: {} },
  { name: "async", headers: { Prefer: "respond-async" } },
  { name: "a stream", headers: { Accept: "text/event-stream" } },
] as const;

/** What a model does when it is canceled; `go` is printed when it may be. */
const REACTIONS = [
  { name: "lets it pass", run: "print('go'); time.sleep(60)", logs: "go\n" },
  { name: "computes without end", run: "print('go')\nwhile True: pass", logs: "go\n" },
  {
    name: "cleans up",
    run: "try:\n  print('go'); time.sleep(60)\nfinally:\n  print('cleaned')",
    logs: "go\ncleaned\n",
  },
  {
    name: "catches every Exception",
    run: "while True:\n  try:\n    print('go'); time.sleep(60)\n  except Exception: print('caught')",
    logs: "go\n",
  },
  {
    name: "swallows it, and returns",
    run: "try:\n  print('go'); time.sleep(60)\nexcept CancelationException: output = 'late'",
    logs: "go\n",
    shown: ["late"],
  },
  {
    name: "raises something else",
    run: "try:\n  print('go'); time.sleep(60)\nexcept CancelationException: raise ValueError('other')",
    logs: "go\n",
  },
  {
    name: "waits in a thread",
    run: "import threading\ndef work(): print('go'); time.sleep(1)\nt = threading.Thread(target=work, daemon=True); t.start(); t.join()",
    logs: "go\n",
  },
  { name: "waits for a child", run: "import subprocess\nprint('go'); subprocess.run(['sleep', '60'])", logs: "go\n" },
] as const;

describe("a sync model", () => {
  let server: ModelServer;
  let hooks: Receiver;
  beforeAll(async () => {
    hooks = await Receiver.start();
    server = await ModelServer.start({ model: OBEDIENT, schema: SCHEMA });
  });
  afterAll(async () => {
    await server.close();
    hooks.close();
  });

  test.each(REACTIONS)("that $name", async ({ name, run, logs, ...more }) => {
    const id = name.replaceAll(" ", "-");
    const answer = server.post("/predictions", {
      id,
      input: { do: run },
      webhook: hooks.url,
      webhook_events_filter: ["completed"],
    });
    await server.logged(`"message":"go","prediction_id":"${id}"`);
    const response = await server.post(`/predictions/${id}/cancel`, { whatever: 1 });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    const body = await (await answer).json();
    expect(body).toMatchObject({ id, status: "canceled", logs });
    expect(body).not.toHaveProperty("output");
    expect(body).not.toHaveProperty("error");
    await hooks.until((all) => all.some((one) => JSON.parse(one.body).id === id));
    const told = hooks.received.map((one) => JSON.parse(one.body)).filter((one) => one.id === id);
    expect(told).toMatchObject([{ status: "canceled" }]);
    expect(told[0].output).toEqual("shown" in more ? more.shown : undefined);
    const again = await server.post(`/predictions/${id}/cancel`);
    expect([again.status, await again.json()]).toEqual([404, {}]);
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });

  test.each(MODES)("made by $name: canceled, and the cancel itself waits for nothing", async ({ name, headers }) => {
    const id = `mode-${name}`.replaceAll(" ", "-");
    // While it unwinds it is still there, and may be canceled again.
    const slow =
      "try:\n  print('go'); time.sleep(60)\nexcept CancelationException:\n  print('unwinding'); time.sleep(0.5); raise";
    const answer = server.post("/predictions", { id, input: { do: slow } }, headers);
    await server.logged(`"message":"go","prediction_id":"${id}"`);
    expect(await server.client.cancel(id)).toBe(true);
    await server.logged(`"message":"unwinding","prediction_id":"${id}"`);
    expect(await server.client.look(id)).toMatchObject({ status: "processing" });
    expect(await server.client.cancel(id)).toBe(true);
    await expect.poll(async () => (await server.client.look(id))?.status).toBe("canceled");
    const text = await (await answer).text();
    if (name === "a stream") expect(text).toMatch(/event: completed\ndata: .*"status":"canceled".*\n\n$/);
    else expect(JSON.parse(text).status).toBe(name === "sync" ? "canceled" : "starting");
  });

  test("a client that hangs up cancels what it waited for; what it asked for async goes on", async () => {
    const leave = new AbortController();
    const body = { id: "left", input: { do: "print('go'); time.sleep(60)" } };
    const left = server.request("POST", "/predictions", { body, signal: leave.signal }).catch(() => "gone");
    await server.logged('"message":"go","prediction_id":"left"');
    leave.abort();
    expect(await left).toBe("gone");
    await expect.poll(async () => (await server.client.look("left"))?.status).toBe("canceled");
    const later = { id: "later", input: { do: "print('go'); time.sleep(0.3)" } };
    await (await server.post("/predictions", later, { Prefer: "respond-async", Connection: "close" })).text();
    await expect.poll(async () => (await server.client.look("later"))?.status).toBe("succeeded");
  });
});

const ASYNC = `
import asyncio
class Model:
    async def run(self, how: str = "") -> str:
        try:
            print("go")
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            print("unwinding")
            await asyncio.sleep(0.05)
            print("unwound")
            if how == "swallow": return "late"
            if how == "other": raise ValueError("other")
            raise
`;

test("an async model: what it does while it unwinds is waited for, whatever comes of it", async () => {
  await serving({ model: ASYNC, env: { COG_MAX_CONCURRENCY: "4" } }, async (server) => {
    const bystander = server.client.predict({ id: "bystander", input: {} });
    for (const how of ["raise", "swallow", "other"]) {
      const answer = server.client.predict({ id: how, input: { how } });
      await server.logged(`"message":"go","prediction_id":"${how}"`);
      for (let times = 0; times < 3; times += 1) await server.client.cancel(how);
      const body = await answer;
      expect(body).toMatchObject({ status: "canceled", logs: "go\nunwinding\nunwound\n" });
      expect(body).not.toHaveProperty("output");
    }
    expect(await server.client.look("bystander")).toMatchObject({ status: "processing" });
    await server.client.cancel("bystander");
    expect(await bystander).toMatchObject({ status: "canceled" });
  });
});

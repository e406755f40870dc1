/** Others that do not answer: webhook receivers, upload targets, sources of files. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { descriptorsOf, OBEDIENT, OBEDIENT_SCHEMA, Receiver, serving } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

/** Takes connections and says nothing. */
async function silent(): Promise<{ url: string; close: () => void }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function deadUrl(): Promise<string> {
  const { url, close } = await silent();
  close();
  return url;
}

test("a dead webhook receiver: answers come at once, the slot is free, the server stops in time", async () => {
  await serving(model, async (server) => {
    const webhook = `${await deadUrl()}/hook`;
    for (let round = 0; round < 20; round += 1) {
      const asked = performance.now();
      expect((await server.client.predict({ input: {}, webhook })).status).toBe("succeeded");
      // Twelve tries would take minutes.
      expect(performance.now() - asked).toBeLessThan(5000);
    }
    await server.logged("a webhook was not delivered");
    expect((await server.client.health()).status).toBe("READY");
    server.signal("SIGTERM");
    const stopped = performance.now();
    expect(await server.exited).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(15_000);
  });
});

test("a receiver that never answers holds nobody up", async () => {
  const receiver = await silent();
  await serving(model, async (server) => {
    for (let round = 0; round < 10; round += 1) {
      const answer = await server.client.predict({ input: { do: "print(1)" }, webhook: receiver.url });
      expect(answer.status).toBe("succeeded");
    }
  });
  receiver.close();
});

test("webhooks do not leak descriptors", async () => {
  const receiver = await Receiver.start();
  await serving(model, async (server) => {
    await server.client.predict({ input: {}, webhook: receiver.url });
    const before = descriptorsOf(server.pid).length;
    for (let round = 0; round < 50; round += 1) await server.client.predict({ input: {}, webhook: receiver.url });
    await expect.poll(() => descriptorsOf(server.pid).length).toBe(before);
  });
  receiver.close();
});

test("a webhook URL with a user name and a password", async () => {
  const receiver = await Receiver.start();
  await serving(model, async (server) => {
    const webhook = receiver.url.replace("http://", "http://me:s%40cret@");
    await server.client.predict({ input: {}, webhook, webhook_events_filter: ["completed"] });
    await receiver.until((all) => all.length === 1);
    expect(receiver.received[0]?.headers.authorization).toBe(`Basic ${btoa("me:s@cret")}`);
  });
  receiver.close();
});

const MAKE_FILE = "output = Path('/tmp/cog-upload-test.txt'); output.write_text('x' * 100)";

test("a slow upload target: others are served meanwhile, a cancel ends the wait", async () => {
  const target = await silent();
  await serving({ ...model, args: ["--upload-url", target.url] }, async (server) => {
    const waiting = server.client.predict({ id: "slow", input: { do: MAKE_FILE } });
    await expect
      .poll(async () => {
        const next = await server.post("/predictions", { input: {} });
        return next.status;
      })
      .toBe(200);
    expect(await server.client.look("slow")).toMatchObject({ status: "processing" });
    expect(await server.client.cancel("slow")).toBe(true);
    expect(await waiting).toMatchObject({ status: "canceled" });
  });
  target.close();
});

test("an upload target that is gone fails the prediction", async () => {
  await serving({ ...model, args: ["--upload-url", await deadUrl()] }, async (server) => {
    const answer = await server.client.predict({ input: { do: MAKE_FILE } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringContaining("Failed to upload output") });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
});

const SOURCES = [
  { name: "refuses connections", reply: undefined, error: /ECONNREFUSED/ },
  { name: "answers 404", reply: 404, error: /404/ },
  { name: "answers 500", reply: 500, error: /500/ },
  { name: "breaks off in the middle", reply: 200, error: /aborted|terminated|closed/ },
];

test.each(SOURCES)("a source of a file that $name", async ({ reply, error }) => {
  const source = await Receiver.start((_, response) => {
    response.writeHead(reply ?? 200, { "Content-Length": 1000 });
    response.write("half");
    setTimeout(() => response.destroy(), 20);
  });
  const url = reply === undefined ? await deadUrl() : source.url;
  await serving(model, async (server) => {
    const answer = await server.client.predict({ input: { file: `${url}/file.bin` } });
    expect(answer).toMatchObject({ status: "failed", error: expect.stringMatching(error) });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
  });
  source.close();
});

test("a download can be canceled, and leaves nothing behind", async () => {
  const source = await silent();
  await serving(model, async (server) => {
    const before = descriptorsOf(server.pid).length;
    const answer = server.client.predict({ id: "d", input: { file: `${source.url}/file.bin` } });
    await wait(100);
    expect(await server.client.cancel("d")).toBe(true);
    expect(await answer).toMatchObject({ status: "canceled" });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    expect(descriptorsOf(server.pid)).toHaveLength(before);
  });
  source.close();
});

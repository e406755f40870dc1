/** Environment and flags, as whoever runs `python -m cog.server.http` meets them. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { ModelServer, OBEDIENT, OBEDIENT_SCHEMA, schemaOf, serving, testPython } from "#testing";

const model = { model: OBEDIENT, schema: OBEDIENT_SCHEMA };

const UNUSABLE = {
  COG_MAX_CONCURRENCY: "many",
  COG_WORKERS: "0",
  COG_QUEUE_MAX: "-1",
  COG_QUEUE_TIMEOUT: "soon",
  COG_SETUP_TIMEOUT: "0",
  COG_CANCEL_GRACE: "never",
  COG_THROTTLE_RESPONSE_INTERVAL: "often",
  COG_STREAM_HISTORY_CAPACITY: "1.5",
  COG_SSE_KEEPALIVE: "0",
  COG_UPLOAD_TIMEOUT: "0",
  COG_DOWNLOAD_TIMEOUT: "-1",
  COG_DOWNLOAD_MAX_BYTES: "1 MB",
  COG_DRAIN_DELAY: "x",
  COG_DRAIN_TIMEOUT: "x",
};

test("a value that cannot be used is replaced by the default, and the log says so", async () => {
  await serving({ ...model, env: UNUSABLE }, async (server) => {
    expect(await server.client.health()).toMatchObject({ status: "READY", concurrency: { max: 1 } });
    expect((await server.client.predict({ input: {} })).output).toBe("done");
    for (const [name, value] of Object.entries(UNUSABLE)) {
      const warnings = server.log.split("\n").filter((line) => line.includes(`${name} is`));
      expect(warnings, name).toHaveLength(1);
      expect(JSON.parse(warnings[0] ?? "")).toMatchObject({
        level: "WARN",
        fields: { message: expect.stringContaining(value) },
      });
    }
  });
});

test.each(["0", "-3", "two"])("COG_MAX_CONCURRENCY=%s is one slot", async (value) => {
  await serving({ ...model, env: { COG_MAX_CONCURRENCY: value } }, async (server) => {
    expect(await server.client.health()).toMatchObject({ concurrency: { max: 1 } });
    expect(server.log).toContain("COG_MAX_CONCURRENCY");
  });
});

test("values that mean nothing are the default without a word: log level and format, an empty text", async () => {
  const env = { COG_LOG_LEVEL: "loud", LOG_FORMAT: "xml", RUST_LOG: "trace", COG_WEIGHTS: "", COG_QUEUE_MAX: "" };
  await serving({ ...model, env }, async (server) => {
    await server.client.predict({ input: { do: "print('hi')" } });
    await server.logged('"message":"hi"');
    for (const line of server.log.trimEnd().split("\n")) {
      expect(["INFO", "WARN", "ERROR"]).toContain(JSON.parse(line).level);
    }
    expect(server.log).not.toContain('"WARN"');
  });
});

test.each(["-1", "65536", "5000.5", "http"])("PORT=%s ends it with 1 and a sentence", async (port) => {
  const started = ModelServer.start({ ...model, env: { PORT: port } });
  await expect(started).rejects.toThrow(new RegExp(`ended \\(1\\).*PORT is "${port}"`, "s"));
});

test("COG_NODE that is no program ends it with a sentence", async () => {
  const started = ModelServer.start({ ...model, env: { COG_NODE: "/nowhere/node" } });
  await expect(started).rejects.toThrow(/ended \(1\).*COG_NODE is \/nowhere\/node/s);
});

const INFORMATION = [
  { flags: ["-v", "--version"], says: /^cog-server \d+\.\d+\.\d+\S*\n$/ },
  {
    flags: ["-h", "--help"],
    says: /--host.*--upload-url.*--x-mode.*--await-explicit-shutdown.*--threads.*--version.*--help/s,
  },
];

test.each(INFORMATION)("$flags print to stdout and end with 0", ({ flags, says }) => {
  for (const flag of flags) {
    const env = { PATH: process.env["PATH"], COG_NODE: process.execPath };
    const { status, stdout, stderr } = spawnSync(testPython(), ["-m", "cog.server.http", flag], {
      env,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(says);
  }
});

const WRONG_FLAGS = [["--nope"], ["--x-mode", "dance"], ["--host"], ["stray"]];

test.each(WRONG_FLAGS)("%s %s ends with 2", async (...args) => {
  await expect(ModelServer.start({ ...model, args: args.filter((arg) => arg !== undefined) })).rejects.toThrow(
    "ended (2)",
  );
});

test("--threads is taken and ignored", async () => {
  await serving({ ...model, args: ["--threads", "8"] }, async (server) => {
    expect(await server.client.health()).toMatchObject({ status: "READY", concurrency: { max: 1 } });
  });
});

test("a host that is not of this machine ends it with 1 and a sentence", async () => {
  await expect(ModelServer.start({ ...model, args: ["--host", "192.0.2.1"] })).rejects.toThrow(
    /ended \(1\).*cannot listen on 192\.0\.2\.1/s,
  );
});

test("the limit of the setup counts the import too", async () => {
  const slow = { model: "import time\ntime.sleep(60)\n", schema: schemaOf({}) };
  await serving({ ...slow, env: { COG_SETUP_TIMEOUT: "1" }, until: "setup_failed" }, async (server) => {
    expect((await server.client.health()).setup?.logs).toContain("worker setup timed out");
  });
});

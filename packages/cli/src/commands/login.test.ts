/** `cog login` as a process, against registries that answer for real. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outcomeOf, startCog } from "../testing/cog-process.ts";

const {
  TEST_REGISTRY: REGISTRY,
  TEST_TOKEN_REGISTRY: TOKEN_REGISTRY,
  TEST_REGISTRY_USER: USER = "ada",
  TEST_REGISTRY_PASSWORD: PASSWORD = "secret",
} = process.env;
const hasDocker = spawnSync("docker", ["version"], { stdio: "ignore" }).status === 0;

let directory = "";
const servers: Server[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-login-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

interface Given {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function cog(words: readonly string[], { stdin = "", env = {} }: Given = {}) {
  const child = startCog(words, { cwd: directory, env: { HOME: directory, ...env } });
  child.stdin?.end(stdin);
  return await outcomeOf(child);
}

const configFile = () => join(directory, ".docker", "config.json");
const config = () => JSON.parse(readFileSync(configFile(), "utf8"));

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A registry that knows ada with the password "secret". */
const byPassword: RequestListener = (request, response) => {
  const known = request.headers.authorization === `Basic ${Buffer.from("ada:secret").toString("base64")}`;
  const status = request.url === "/v2/" ? (known ? 200 : 401) : 404;
  response.writeHead(status, { "www-authenticate": 'Basic realm="a registry"', "content-type": "application/json" });
  response.end("{}");
};

const asAda = (host: string) => ["login", "--registry", host, "-u", "ada", "--password-stdin"];

test.skipIf(REGISTRY === undefined || TOKEN_REGISTRY === undefined).each([
  ["a password", REGISTRY],
  ["a token", TOKEN_REGISTRY],
])("a registry that wants %s is logged in to (needs the registries of .ci/run)", async (_, host) => {
  const words = ["login", "--registry", host ?? "", "--username", USER, "--password-stdin"];
  const wrong = await cog(words, { stdin: "not it" });
  expect(wrong).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("does not know this user") });
  expect(existsSync(configFile())).toBe(false);

  const right = await cog(words, { stdin: `${PASSWORD}\n` });
  expect(right).toMatchObject({
    status: 0,
    stdout: "",
    stderr: expect.stringContaining(`Login succeeded for ${host}`),
  });
  expect(right.stderr).not.toContain(PASSWORD);
  expect(statSync(configFile()).mode & 0o777).toBe(0o600);
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
  expect(config()).toEqual({ auths: { [host ?? ""]: { auth } } });
  if (!hasDocker) return;
  const pull = spawnSync("docker", ["--config", join(directory, ".docker"), "pull", `${host}/nothing:here`], {
    encoding: "utf8",
  });
  expect(pull.stderr, "Docker is let in with what was stored").toMatch(/not found|manifest unknown/);
});

test("what else is in config.json stays, and a link to it too", async () => {
  const host = await answering(byPassword);
  mkdirSync(join(directory, ".docker"));
  const target = join(directory, "dotfiles.json");
  writeFileSync(target, '{"HttpHeaders": {"A": "b"}, "auths": {"other": {"auth": "eA=="}}}', { mode: 0o644 });
  symlinkSync(target, configFile());
  const env = { HOME: "/nonexistent", DOCKER_CONFIG: join(directory, ".docker") };
  expect(await cog(asAda(host), { stdin: "secret", env })).toMatchObject({ status: 0 });
  expect(lstatSync(configFile()).isSymbolicLink()).toBe(true);
  expect(config()).toEqual({
    HttpHeaders: { A: "b" },
    auths: { other: { auth: "eA==" }, [host]: { auth: Buffer.from("ada:secret").toString("base64") } },
  });
  expect(statSync(target).mode & 0o777).toBe(0o600);
});

test("a config.json that is no JSON is told without its text, and left", async () => {
  const host = await answering(byPassword);
  mkdirSync(join(directory, ".docker"));
  writeFileSync(configFile(), '{"auths": {"x": {"auth": "c2VjcmV0"}},}');
  const { status, stderr } = await cog(asAda(host), { stdin: "secret" });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("it is not JSON") });
  expect(stderr).not.toContain("c2VjcmV0");
  expect(readFileSync(configFile(), "utf8")).toContain("c2VjcmV0");
});

function helper(name: string, script: string): Given["env"] {
  const bin = join(directory, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, `docker-credential-${name}`), 0o755);
  return { PATH: `${bin}${delimiter}${process.env["PATH"]}` };
}

test.each([
  ["credsStore", (_: string) => ({ credsStore: "mine" })],
  ["credHelpers", (host: string) => ({ credsStore: "other", credHelpers: { [host]: "mine" } })],
])("the helper of %s keeps the password, and config.json does not", async (_, settings) => {
  const host = await answering(byPassword);
  mkdirSync(join(directory, ".docker"));
  const old = { ...settings(host), auths: { [host]: { auth: "b2xk" } } };
  writeFileSync(configFile(), JSON.stringify(old));
  const env = helper("mine", `[ "$1" = store ] && cat > "${join(directory, "kept")}"`);
  expect(await cog(asAda(host), { stdin: "secret", env: env ?? {} })).toMatchObject({ status: 0 });
  expect(JSON.parse(readFileSync(join(directory, "kept"), "utf8"))).toEqual({
    ServerURL: host,
    Username: "ada",
    Secret: "secret",
  });
  expect(config()).toEqual({ ...settings(host), auths: { [host]: {} } });
});

test.each([
  ["fails", 'echo "pass not initialized: exit status 1" >&2; exit 1', ["pass not initialized", "pass init"]],
  ["is missing", undefined, ["docker-credential-mine", "no such program"]],
])("a helper that %s is told, with what to do", async (_, script, words) => {
  const host = await answering(byPassword);
  mkdirSync(join(directory, ".docker"));
  writeFileSync(configFile(), '{"credsStore": "mine"}');
  const env = script === undefined ? {} : (helper("mine", script) ?? {});
  const { status, stderr } = await cog(asAda(host), { stdin: "secret", env });
  expect(status).toBe(1);
  for (const word of words) expect(stderr).toContain(word);
  expect(config()).toEqual({ credsStore: "mine" });
});

/** Replicate's own way: a page to get a token at, and a question whose one it is. */
const byToken: RequestListener = (request, response) => {
  let form = "";
  request.on("data", (text) => {
    form += text;
  });
  request.on("end", () => {
    const known = new URLSearchParams(form).get("token") === "t0ken";
    const bodies: Readonly<Record<string, object | undefined>> = {
      "GET /cog/v1/display-token-url": { url: "https://replicate.example/auth/token" },
      "POST /cog/v1/verify-token": known ? { username: "ada" } : undefined,
    };
    const body = bodies[`${request.method} ${request.url}`];
    response.writeHead(body === undefined ? 404 : 200).end(body && JSON.stringify(body));
  });
};

test.each([
  ["t0ken\n", 0, "You've successfully authenticated as ada! You can now use the 127.0.0.1:"],
  ["other", 1, "user does not exist"],
  ["r8_abc", 1, "that looks like a Replicate API token, not a CLI auth token"],
  ["\n", 1, "token is empty"],
])("with the token %j it ends with %i: %s", async (token, status, words) => {
  const host = await answering(byToken);
  const outcome = await cog(["login", "--token-stdin"], { stdin: token, env: { COG_REGISTRY_HOST: host } });
  expect(outcome).toMatchObject({ status, stdout: "", stderr: expect.stringContaining(words) });
  expect(existsSync(configFile())).toBe(status === 0);
  if (status === 0)
    expect(config()).toEqual({ auths: { [host]: { auth: Buffer.from("ada:t0ken").toString("base64") } } });
});

test("--registry comes before COG_REGISTRY_HOST, and that before cog.yaml", async () => {
  const host = await answering(byPassword);
  const project = (image: string) =>
    writeFileSync(join(directory, "cog.yaml"), `build: {python_version: "3.12"}\nimage: ${image}\n`);
  project("nobody.invalid/a/b");
  const env = { COG_REGISTRY_HOST: "nobody-either.invalid" };
  expect(await cog(asAda(host), { stdin: "secret", env })).toMatchObject({ status: 0 });
  const words = ["login", "-u", "ada", "--password-stdin"];
  expect(await cog(words, { stdin: "secret", env: { COG_REGISTRY_HOST: host } })).toMatchObject({ status: 0 });
  project(`${host}/a/b:1`);
  const { status, stderr } = await cog(words, { stdin: "secret" });
  expect({ status, stderr }).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`Logging in to ${host}: cog.yaml`),
  });
});

test("credentials do not follow a redirect to another host", async () => {
  const seen: (string | undefined)[] = [];
  const other = await answering(({ headers }, response) => {
    seen.push(headers.authorization);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  const host = await answering(({ headers, url }, response) => {
    if (url !== "/v2/") response.writeHead(404).end();
    else if (headers.authorization === undefined)
      response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
    else response.writeHead(307, { location: `http://${other}/v2/` }).end();
  });
  await cog(asAda(host), { stdin: "secret" });
  expect(seen).toEqual([undefined]);
});

test("a registry on another machine that wants a token from an unencrypted server gets no password", async () => {
  const host = await answering((_, response) =>
    response.writeHead(401, { "www-authenticate": 'Bearer realm="http://tokens.invalid/token",service="x"' }).end(),
  );
  const { status, stderr } = await cog(asAda(host), { stdin: "secret" });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining("unencrypted") });
});

test.each([
  [["login"], 1, "this is no terminal"],
  [["login", "--password-stdin"], 2, "--password-stdin needs --username"],
  [["login", "--token-stdin", "--password-stdin", "-u", "a"], 2, "give one of them"],
  [["login", "-u", ""], 1, "username cannot be empty"],
  [["login", "extra"], 2, "accepts at most 0 arg(s)"],
])("cog %j ends with %i: %s", async (words, status, said) => {
  const host = await answering(byPassword);
  const env = { COG_REGISTRY_HOST: host };
  expect(await cog(words, { env })).toMatchObject({ status, stdout: "", stderr: expect.stringContaining(said) });
});

test.each([
  ["a web server", "does not answer like a registry"],
  ["nothing", "Cannot reach"],
])("%s is no registry", async (what, words) => {
  const host = what === "nothing" ? "127.0.0.1:1" : await answering((_, response) => response.end("<html>"));
  expect(await cog(asAda(host), { stdin: "x" })).toMatchObject({ status: 1, stderr: expect.stringContaining(words) });
});

test.each([
  ["the URL with a password", "https://ada:hidden@h.invalid/v2", {}, '"https://****@h.invalid/v2" is not the host'],
  ["a port that cannot be", "127.0.0.1:99999", {}, "is not the host of a registry"],
  ["a proxy that is none", "h.invalid", { HTTPS_PROXY: "//ada:hidden@h" }, "HTTPS_PROXY or HTTP_PROXY is not the URL"],
])("%s is told without a password", async (_, host, env, words) => {
  const { status, stderr } = await cog(asAda(host), { stdin: "secret", env });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining(words) });
  expect(stderr).not.toMatch(/hidden|mistake in cog/);
});

test.each([
  ["redirects to no URL", 302, { location: "http://[" }, "redirects to what is no URL"],
  ["names no server of tokens", 401, { "www-authenticate": 'Bearer realm="http://ada:hidden@h/"' }, "not answer like"],
])("a registry that %s is none", async (_, status, headers, words) => {
  const host = await answering((_request, response) => response.writeHead(status, headers).end());
  const { stderr } = await cog(asAda(host), { stdin: "secret" });
  expect(stderr).toContain(words);
  expect(stderr).not.toContain("hidden");
});

test("a token that cannot be sent is not repeated", async () => {
  const host = await answering(({ url, headers }, response) => {
    if (url?.startsWith("/token")) response.end('{"token": "hid\\nden"}');
    else response.writeHead(401, { "www-authenticate": `Bearer realm="http://${headers.host}/token"` }).end();
  });
  const { stderr } = await cog(asAda(host), { stdin: "secret" });
  expect(stderr).toContain("gave no token");
});

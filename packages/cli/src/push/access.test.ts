/** What is known of a push before anything is built, from registries that answer as the real ones do. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Reporter } from "#report";
import { openAccess, resolveTarget } from "./index.ts";

const SECRET = "s3cret";
const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString("base64");

let directory = "";
let server: Server;
let host = "";
let warnings: string[] = [];
let asked: string[] = [];
/** What the registry does with a request that says who it comes from, in this way. */
let answer: (authorization: string | undefined) => { readonly status: number; readonly body?: string } = () => ({
  status: 202,
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "cog-push-"));
  warnings = [];
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, body } = request.url?.startsWith("/token")
      ? tokenFor(request)
      : answer(request.headers.authorization);
    response.writeHead(status, {
      ...(status === 401 && { "www-authenticate": challenge() }),
      ...(status === 202 && { location: "/v2/ada/model/blobs/uploads/one?_state=x" }),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

let scheme: "Basic" | "Bearer" = "Basic";
const challenge = () => (scheme === "Basic" ? 'Basic realm="x"' : `Bearer realm="http://${host}/token",service="s"`);

/** Everybody who is known gets a token; what it is good for, the registry says. */
function tokenFor({ headers, method, url }: IncomingMessage) {
  const isKnown = headers.authorization === `Basic ${basic("ada", SECRET)}` || method === "POST";
  const isForPush = method === "POST" || url?.includes("scope=repository%3Aada%2Fmodel%3Apull%2Cpush");
  return isKnown && isForPush ? { status: 200, body: '{"token": "t"}' } : { status: 403 };
}

const report = { warn: (text: string) => warnings.push(text), debug: () => undefined } as unknown as Reporter;

async function check(configs: readonly object[] = []) {
  const credentialFiles = configs.map((config, at) => {
    const file = join(directory, `${at}.json`);
    writeFileSync(file, JSON.stringify(config).replaceAll("HOST", host));
    return file;
  });
  const variables = { model: undefined, registry: undefined, repository: undefined, tag: undefined };
  const words = { argument: `${host}/ada/model:v1`, image: undefined, model: undefined, registryHost: undefined };
  const target = resolveTarget({ ...words, variables }, new Date());
  const signal = new AbortController().signal;
  const options = { tool: "docker", insecureHosts: [], certificates: undefined } as const;
  const access = await openAccess(target, { ...options, credentialFiles, signal, report });
  await access.close();
  return access;
}

function helper(name: string, script: string): void {
  const bin = join(directory, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, `docker-credential-${name}`), 0o755);
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env["PATH"]}`);
}

const ADA = { auth: basic("ada", SECRET) };

test.each([
  ["an entry of the host", [{ auths: { HOST: ADA } }], /0\.json$/],
  ["an address of version 1", [{ auths: { "https://HOST/v1/": ADA } }], /0\.json$/],
  ["the entry that fits best", [{ auths: { HOST: { auth: basic("eve", "x") }, "HOST/ada": ADA } }], /0\.json$/],
  ["not another's", [{ auths: { "HOST/eve": { auth: basic("eve", "x") } } }, { auths: { HOST: ADA } }], /1\.json$/],
  ["a helper of this host", [{ credsStore: "nobody", credHelpers: { HOST: "mine" } }], /^docker-credential-mine$/],
  ["a helper for all", [{ credsStore: "mine", auths: { HOST: {} } }], /^docker-credential-mine$/],
  ["a file, where the helper has none", [{ credsStore: "empty" }, { auths: { HOST: ADA } }], /1\.json$/],
])("credentials come from %s", async (_, configs, from) => {
  helper("mine", `read key; [ "$1 $key" = "get ${host}" ] && echo '{"Username": "ada", "Secret": "${SECRET}"}'`);
  helper("empty", 'echo "credentials not found in native keychain"; exit 1');
  scheme = "Basic";
  answer = (authorization) => ({ status: authorization === `Basic ${ADA.auth}` ? 202 : 401 });
  const credentialsFrom = expect.stringMatching(from);
  expect(await check(configs)).toMatchObject({ plainHttp: true, credentialsFrom, registry: { host } });
  const uploads = "/v2/ada/model/blobs/uploads/";
  expect(asked.at(-1), "what was begun is taken back").toBe(`DELETE ${uploads}one?_state=x`);
  expect(warnings).toEqual([]);
});

test.each([
  ["a password", ADA],
  ["a refresh token", { identitytoken: SECRET }],
  ["a token of the registry", { registrytoken: "t" }],
])("a registry of tokens takes %s", async (_, entry) => {
  scheme = "Bearer";
  answer = (authorization) => ({ status: authorization === "Bearer t" ? 202 : 401 });
  await expect(check([{ auths: { HOST: entry } }])).resolves.toBeDefined();
});

test.each([
  ["no credentials", "Basic", {}, () => 401, "push.unauthorized", "no credentials are stored for it"],
  ["a wrong password", "Basic", ADA, () => 401, "push.unauthorized", "does not know this user and password; tried"],
  ["a wrong password for a token", "Bearer", { auth: basic("ada", "x") }, () => 401, "push.unauthorized", "tried"],
  ["no right", "Basic", ADA, (known: boolean) => (known ? 403 : 401), "push.denied", "does not let this user push to"],
  ["a token for less", "Bearer", ADA, () => 401, "push.denied", "knows this user, but does not let them push"],
  ["no repository", "Basic", ADA, (known: boolean) => (known ? 404 : 401), "push.repository_not_found", "ada/model"],
] as const)("it is told before the build: %s", async (_, way, entry, status, code, words) => {
  scheme = way;
  answer = (authorization) => ({
    status: status(authorization !== undefined),
    body: '{"errors": [{"code": "NAME_UNKNOWN"}]}',
  });
  const failing = check([{ auths: { HOST: entry } }]);
  await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining(SECRET) });
});

test("a helper that does not work is told, and what an open registry takes is pushed as anybody", async () => {
  answer = () => ({ status: 202 });
  helper("broken", `echo '{"Secret": "${SECRET}'`);
  await expect(check([{ credsStore: "broken" }])).resolves.toMatchObject({ credentialsFrom: undefined });
  expect(warnings).toEqual(["docker-credential-broken did not answer with JSON"]);
});

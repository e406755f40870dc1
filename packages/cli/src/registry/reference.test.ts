/** Names of images as Docker reads them, and the addresses that they stand for. */
import { expect, test } from "vitest";
import { apiHost, credentialKey, parseReference, registryHost } from "./reference.ts";
import { Transport } from "./transport.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

test.each([
  ["model", "docker.io", "library/model", undefined, undefined],
  ["ada/model", "docker.io", "ada/model", undefined, undefined],
  ["docker.io/model:v1", "docker.io", "library/model", "v1", undefined],
  ["index.docker.io/ada/model", "docker.io", "ada/model", undefined, undefined],
  ["registry-1.docker.io/library/model", "docker.io", "library/model", undefined, undefined],
  ["ghcr.io/ada/model:v1", "ghcr.io", "ada/model", "v1", undefined],
  ["localhost/model", "localhost", "model", undefined, undefined],
  ["localhost:5000/ada/model:v1", "localhost:5000", "ada/model", "v1", undefined],
  ["[::1]:5000/ada/model", "[::1]:5000", "ada/model", undefined, undefined],
  ["[2001:db8::1]/model:v1", "[2001:db8::1]", "model", "v1", undefined],
  [`r.io/a/b@${DIGEST}`, "r.io", "a/b", undefined, DIGEST],
  [`r.io:443/a/b:v1@${DIGEST}`, "r.io:443", "a/b", "v1", DIGEST],
])("%s", (text, host, repository, tag, digest) => {
  expect(parseReference(text)).toMatchObject({ host, repository });
  expect(parseReference(text).tag).toBe(tag);
  expect(parseReference(text).digest).toBe(digest);
});

test.each([
  ["r.io/Ada/model", "lower case"],
  ["r.io/a//b", "may hold"],
  ["r.io/a:b c", 'the tag "b c"'],
  ["r.io/a@sha256:12", 'the digest "sha256:12"'],
  ["", "may hold"],
])("%j is none", (text, words) => {
  expect(() => parseReference(text)).toThrow(words);
});

test.each([
  ["https://Registry.Example.com/v2/", "registry.example.com", "registry.example.com", "registry.example.com"],
  ["index.docker.io", "docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"],
  ["[::1]:5000", "[::1]:5000", "[::1]:5000", "[::1]:5000"],
])("the host %s", (text, host, api, key) => {
  expect(registryHost(text)).toBe(host);
  expect(apiHost(host)).toBe(api);
  expect(credentialKey(host)).toBe(key);
});

test("only what stays on this machine, or is said to be so, is spoken to without encryption", async () => {
  const transport = new Transport({ insecureHosts: ["lab:5000", "nas.lan"] });
  const scheme = (host: string) => new URL(transport.urlOf(host, "/v2/")).protocol;
  for (const host of ["localhost:5000", "127.1.2.3", "[::1]:5000", "[::1]", "r.localhost", "lab:5000", "nas.lan:80"])
    expect([host, scheme(host)]).toEqual([host, "http:"]);
  for (const host of ["ghcr.io", "lab:5001", "localhost.example.com", "1.127.0.0", "[::2]:5000", "10.0.0.1"])
    expect([host, scheme(host)]).toEqual([host, "https:"]);
  await transport.close();
});

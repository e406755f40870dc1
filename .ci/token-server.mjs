/**
 * Hands out tokens for a registry, as the ones of companies do: `node .ci/token-server.mjs DIRECTORY USER PASSWORD`.
 * Writes cert.pem (what the registry checks tokens with) and then `address` (host:port) into the directory.
 */
import { execFileSync } from "node:child_process";
import { createSign, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [directory = ".", user = "", password = ""] = process.argv.slice(2);
const file = (name) => join(directory, name);
const out = ["-keyout", file("key.pem"), "-out", file("cert.pem")];
execFileSync(
  "openssl",
  ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tokens", ...out],
  {
    stdio: "ignore",
  },
);
const key = readFileSync(file("key.pem"));
const chain = [new X509Certificate(readFileSync(file("cert.pem"))).raw.toString("base64")];
const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "/", "http://tokens");
  const known = request.headers.authorization === basic;
  response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
  response.end(known ? JSON.stringify({ token: token(searchParams), expires_in: 300 }) : "{}");
});
server.listen(0, "127.0.0.1", () => {
  writeFileSync(file("address.new"), `127.0.0.1:${server.address().port}`);
  renameSync(file("address.new"), file("address"));
});

function token(query) {
  const now = Math.floor(Date.now() / 1000);
  const access = query.getAll("scope").flatMap((scope) => {
    const [type, name, actions = ""] = scope.split(":");
    return [{ type, name, actions: actions.split(",") }];
  });
  const times = { iat: now, nbf: now - 5, exp: now + 300 };
  const claims = { iss: "cog-test", aud: query.get("service") ?? "", sub: user, jti: randomUUID(), access, ...times };
  const signed = [{ typ: "JWT", alg: "RS256", x5c: chain }, claims].map(encode).join(".");
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

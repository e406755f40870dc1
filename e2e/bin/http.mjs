// http [-i] METHOD URL [BODY]: prints the status, with -i the headers, then the body as it arrives. BODY may be @file.
// A connection that is refused is tried again for two seconds.
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const args = process.argv.slice(2);
const headers = {};
let showHeaders = false;
while (args[0]?.startsWith("-")) {
  const flag = args.shift();
  if (flag === "-i") showHeaders = true;
  else if (flag === "-H") {
    const [name, ...value] = args.shift().split(":");
    headers[name] = value.join(":").trim();
  }
}
const [method, url, body] = args;
if (body !== undefined && headers["content-type"] === undefined) headers["content-type"] = "application/json";

const response = await request();
console.log(response.status);
if (showHeaders) for (const [name, value] of response.headers) console.log(`${name}: ${value}`);
let last = "\n";
for await (const chunk of response.body ?? []) {
  process.stdout.write(chunk);
  last = String.fromCharCode(chunk.at(-1));
}
if (last !== "\n") console.log();

async function request() {
  for (const deadline = Date.now() + 2_000; ; await delay(50)) {
    try {
      return await fetch(url, { method, headers, body: body?.startsWith("@") ? readFileSync(body.slice(1)) : body });
    } catch (error) {
      if (error.cause?.code !== "ECONNREFUSED" || Date.now() > deadline) throw error;
    }
  }
}

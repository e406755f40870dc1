import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { COG } from "../testing/cog-process.ts";

const [program, ...before] = COG;

let home = "";
let asked: URL[] = [];
const server = createServer((request, response) => {
  asked.push(new URL(request.url ?? "", "http://here"));
  response.end(JSON.stringify({ message: "Version 9 is there.\u001B[31m\nGet it." }));
});
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "cog-update-"));
  asked = [];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  // What a command leaves behind it may still be writing there.
  rmSync(home, { recursive: true, maxRetries: 20, retryDelay: 100 });
});

function cog(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { port } = server.address() as AddressInfo;
  const { stderr, status } = spawnSync(program, [...before, ...words], {
    env: { PATH: process.env["PATH"] ?? "", HOME: home, COG_UPDATE_URL: `http://127.0.0.1:${port}/news?a=b`, ...env },
    encoding: "utf8",
  });
  return { stderr, status };
}

const stateFile = () => join(home, ".config", "cog", "update-state.json");
const state = (): Record<string, string> => JSON.parse(readFileSync(stateFile(), "utf8"));

async function news(): Promise<void> {
  while (!existsSync(stateFile()) || state()["message"] === "") await new Promise((resolve) => setTimeout(resolve, 20));
}

test("news are fetched behind one command and shown by the next, once an hour", async () => {
  // Nobody waits for the answer, so it is not there yet.
  expect(cog(["version"])).toEqual({ stderr: "", status: 0 });
  await news();
  expect(asked.map(({ searchParams }) => [...searchParams.keys()])).toEqual([["a", "version", "commit", "os", "arch"]]);
  expect(statSync(stateFile()).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, ".config", "cog")).mode & 0o777).toBe(0o700);
  expect(cog(["version"]).stderr).toBe("Version 9 is there. [31m Get it.\n");
  expect(asked).toHaveLength(1);
  // What was said about another version is forgotten, and asked anew.
  writeFileSync(stateFile(), JSON.stringify({ ...state(), version: "0.1" }));
  expect(cog(["version"]).stderr).toBe("");
  await expect.poll(() => asked.length, { timeout: 5000 }).toBe(2);
  await expect.poll(() => state()["version"], { timeout: 5000 }).not.toBe("0.1");
  expect(asked).toHaveLength(2);
});

test.each([
  ["told not to", ["version"], { COG_NO_UPDATE_CHECK: "1" }],
  ["in CI", ["version"], { CI: "true" }],
  ["nobody is named", ["version"], { COG_UPDATE_URL: "" }],
  ["for completion", ["completion", "bash"], {}],
  ["for help", ["--help"], {}],
])("nobody is asked: %s", (_, words, env) => {
  expect(cog(words, env)).toEqual({ stderr: "", status: 0 });
  expect(existsSync(stateFile())).toBe(false);
});

test("a server that is away delays nothing and is no failure", () => {
  expect(cog(["version"], { COG_UPDATE_URL: "http://127.0.0.1:9" })).toEqual({ stderr: "", status: 0 });
  expect(cog(["version"], { COG_UPDATE_URL: "no address" })).toEqual({ stderr: "", status: 0 });
});

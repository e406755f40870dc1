import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { absenceOf, absenceWords } from "./absence.ts";
import { ping } from "./ping.ts";

/** No engine is stopped, locked or hung on demand, so these say what docker was seen to say. */
const path = process.env["PATH"];
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "cog-docker-"));
});

afterEach(() => {
  process.env["PATH"] = path;
  rmSync(bin, { recursive: true });
});

const fakeDocker = (script: string) => {
  writeFileSync(join(bin, "docker"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "docker"), 0o755);
  process.env["PATH"] = [bin, path].join(delimiter);
};

const asked = () => ping({ signal: new AbortController().signal });

test("no docker command", async () => {
  process.env["PATH"] = bin;
  expect(await asked()).toBe("not-installed");
});

test("an engine that answers", async () => {
  fakeDocker("echo 26.1.5");
  expect(await asked()).toBe("answers");
});

test.each([
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "not-running"],
  [
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get x: dial unix /var/run/docker.sock: connect: permission denied",
    "permission-denied",
  ],
  ["something nobody expects", "not-running"],
  ["Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.", "is-podman"],
])("docker says: %s", async (stderr, expected) => {
  fakeDocker(`echo "${stderr}" >&2; exit 1`);
  expect(await asked()).toBe(expected);
});

test("an engine that hangs is given up after two seconds", async () => {
  fakeDocker("exec sleep 30");
  const startedAt = performance.now();
  expect(await asked()).toBe("no-answer");
  expect(performance.now() - startedAt).toBeLessThan(4000);
});

test("each absence has its words and a way on", () => {
  expect(absenceWords("not-running").reason).toMatch(/Is the docker daemon running\?$/);
  expect(absenceWords("permission-denied").hint).toMatch(/docker group/);
  expect(absenceWords("is-podman").hint).toMatch(/COG_ENGINE=podman/);
  expect(absenceWords("not-installed", "buildah").reason).toMatch(/^Buildah is not installed/);
  expect(absenceOf("no such image")).toBeUndefined();
});

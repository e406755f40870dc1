import { expect, test } from "vitest";
import { remoteHost } from "./remote.ts";

test.each([
  ["tcp://build.example.com:2376", "build.example.com"],
  ["ssh://me@build.example.com", "build.example.com"],
  ["ssh://me@10.0.0.7:2222/run/docker.sock", "10.0.0.7"],
  ["tcp://[fd00::7]:2375", "fd00::7"],
  ["https://build.example.com", "build.example.com"],
  ["tcp://127.0.0.1:2375", undefined],
  ["tcp://127.1.2.3:2375", undefined],
  ["tcp://localhost:2375", undefined],
  ["tcp://[::1]:2375", undefined],
  ["tcp://:2375", undefined],
  ["unix:///var/run/docker.sock", undefined],
  ["npipe:////./pipe/docker_engine", undefined],
  ["", undefined],
])("a daemon at %j is on %s", (address, host) => {
  expect(remoteHost(address)).toBe(host);
});

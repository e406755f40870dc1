import { expect, test } from "vitest";
import { isClosed } from "./closed-addresses.ts";

test.each([
  ["10.1.2.3", true],
  ["127.0.0.1", true],
  ["169.254.169.254", true],
  ["172.31.255.255", true],
  ["172.32.0.1", false],
  ["192.168.0.1", true],
  ["100.64.0.1", true],
  ["0.0.0.0", true],
  ["224.0.0.1", true],
  ["255.255.255.255", true],
  ["8.8.8.8", false],
  ["::1", true],
  ["::", true],
  ["fd00::1", true],
  ["fe80::1", true],
  ["::ffff:10.0.0.1", true],
  ["::ffff:8.8.8.8", false],
  ["64:ff9b::a00:1", true],
  ["2606:4700::1111", false],
])("%s is private: %s", (address, expected) => {
  expect(isClosed(address, "private")).toBe(expected);
});

test.each([
  ["169.254.169.254", true],
  ["::ffff:169.254.169.254", true],
  ["64:ff9b::a9fe:a9fe", true],
  ["fe80::1", true],
  ["fd00:ec2::254", true],
  ["100.100.100.200", true],
  ["168.63.129.16", true],
  ["10.1.2.3", false],
  ["127.0.0.1", false],
  ["fd00::1", false],
  ["8.8.8.8", false],
])("%s may be a metadata service: %s", (address, expected) => {
  expect(isClosed(address, "metadata")).toBe(expected);
});

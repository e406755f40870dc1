import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe } from "vitest";
import { defaultImageName } from "#plan";
import { carriedSdk } from "#sdk";
import { readSettings } from "#settings";
import { toolHere } from "#testing";
import { engineConformance } from "./conformance.ts";
import { containerEngine } from "./docker/engine.ts";
import { localEngine } from "./local/engine.ts";

describe("local", () => {
  const cacheDirectory = mkdtempSync(join(tmpdir(), "cog-engines-test-"));
  afterAll(() => rmSync(cacheDirectory, { recursive: true, force: true }));

  engineConformance({
    engine: localEngine({ ...readSettings(), cacheDirectory, node: process.execPath, sdk: carriedSdk }),
    pythonVersion: "3.11",
    leftovers: ({ directory }) => processesIn(directory),
    forget: () => {},
  });
});

/** Both take the same words, and answer them alike. */
for (const tool of ["docker", "podman"] as const) {
  const here = await toolHere(tool);
  describe.skipIf(!here.usable)(here.usable ? tool : `${tool} (left out: ${here.why})`, () => {
    const linesOf = (args: readonly string[]) =>
      execFileSync(tool, args)
        .toString()
        .split("\n")
        .filter((line) => line !== "");

    engineConformance({
      engine: containerEngine(tool),
      pythonVersion: "3.11",
      leftovers: ({ directory }) =>
        linesOf(["ps", "--all", "--filter", `label=run.cog.project=${directory}`, "--format", "{{.Names}}"]),
      forget: ({ directory }) => {
        const images = linesOf(["image", "ls", "--quiet", `${defaultImageName(basename(directory))}-dev`]);
        if (images.length > 0) execFileSync(tool, ["image", "rm", "--force", ...images], { stdio: "ignore" });
      },
    });
  });
}

/** Processes whose working directory is the project's; on systems without /proc nothing is seen. */
function processesIn(directory: string): string[] {
  if (!existsSync("/proc/self/cwd")) return [];
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === directory;
    } catch {
      // Ended meanwhile, or somebody else's.
      return false;
    }
  });
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe } from "vitest";
import { ping } from "#docker";
import { defaultImageName } from "#plan";
import { carriedSdk } from "#sdk";
import { readSettings } from "#settings";
import { engineConformance } from "./conformance.ts";
import { dockerEngine } from "./docker/engine.ts";
import { localEngine } from "./local/engine.ts";

const withDocker = (await ping({ signal: AbortSignal.timeout(5000) })) === "answers";

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

describe.skipIf(!withDocker)(`docker${withDocker ? "" : " (left out: no Docker engine answers here)"}`, () => {
  engineConformance({
    engine: dockerEngine,
    pythonVersion: "3.11",
    leftovers: ({ directory }) =>
      execFileSync("docker", [
        "ps",
        "--all",
        "--filter",
        `label=run.cog.project=${directory}`,
        "--format",
        "{{.Names}}",
      ])
        .toString()
        .split("\n")
        .filter((name) => name !== ""),
    forget: ({ directory }) => {
      const name = defaultImageName(basename(directory));
      const images = execFileSync("docker", ["image", "ls", "--quiet", `${name}-dev`])
        .toString()
        .split("\n");
      execFileSync("docker", ["image", "rm", "--force", ...images.filter((id) => id !== "")], { stdio: "ignore" });
    },
  });
});

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

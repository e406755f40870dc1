import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { describe } from "vitest";
import { ping } from "#docker";
import { defaultImageName } from "#plan";
import { engineConformance } from "./conformance.ts";
import { dockerEngine } from "./docker/engine.ts";

const withDocker = (await ping({ signal: AbortSignal.timeout(5000) })) === "answers";

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

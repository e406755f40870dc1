import type { FlagTable } from "./command.ts";

/** Accepted before and after the command's name. */
export const globalFlags = {
  debug: { summary: "Show what happens in detail", group: "Global" },
  quiet: { summary: "Only warnings, errors and results", short: "q", group: "Global" },
  engine: {
    summary: "Where models run",
    value: "ENGINE",
    env: "COG_ENGINE",
    choices: ["auto", "docker", "podman", "local"],
    group: "Global",
  },
  "no-color": { summary: "No colours", env: "NO_COLOR", group: "Global" },
  registry: {
    summary: "Default registry host",
    value: "HOST",
    env: "COG_REGISTRY_HOST",
    completes: "nothing",
    hidden: true,
    group: "Global",
  },
  profile: { summary: "Accepted and ignored", hidden: true, group: "Global" },
  version: { summary: "Print the version", group: "Global" },
  help: { summary: "Print this help", short: "h", group: "Global" },
} as const satisfies FlagTable;

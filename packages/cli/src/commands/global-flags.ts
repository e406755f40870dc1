import type { FlagTable } from "./command.ts";

/** Accepted before and after the command's name. */
export const globalFlags = {
  debug: { summary: "Show what happens in detail", group: "Global" },
  quiet: { summary: "Only warnings, errors and results", short: "q", group: "Global" },
  engine: {
    summary: "Where models run: auto, docker or local (COG_ENGINE)",
    value: "ENGINE",
    group: "Global",
    check: (value) => (["auto", "docker", "local"].includes(value) ? undefined : "expected auto, docker or local"),
  },
  "no-color": { summary: "No colours (NO_COLOR)", group: "Global" },
  registry: { summary: "Default registry host (COG_REGISTRY_HOST)", value: "HOST", hidden: true, group: "Global" },
  profile: { summary: "Accepted and ignored", hidden: true, group: "Global" },
  version: { summary: "Print the version", hidden: true, group: "Global" },
  help: { summary: "Print this help", short: "h", group: "Global" },
} as const satisfies FlagTable;

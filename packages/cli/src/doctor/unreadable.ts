import { skipped } from "./finding.ts";

export const unreadable = skipped("cog.yaml cannot be read");
export const invalid = skipped("cog.yaml is not valid");
export const noModel = skipped("cog.yaml names no model");

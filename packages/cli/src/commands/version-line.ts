import { builtAt, version } from "@cog/core/version";

export function versionLine(): string {
  return `cog version ${version} (built ${builtAt})\n`;
}

import { execa } from "execa";
import type { BuildSettings } from "./settings.ts";

/** A repository on a slow disk must not hold up a build. */
const LIMIT_MS = 3000;

const REVISION_LABEL = "org.opencontainers.image.revision";
const VERSION_LABEL = "org.opencontainers.image.version";
export const REVISION_LABELS: readonly string[] = [REVISION_LABEL, VERSION_LABEL];

/** The labels that say which revision an image is built from; none without git or a repository. */
export async function revisionLabels(
  directory: string,
  settings: Pick<BuildSettings, "revision" | "version">,
): Promise<Record<string, string>> {
  const [revision, version] = await Promise.all([
    settings.revision || git(directory, ["rev-parse", "HEAD"]),
    settings.version || git(directory, ["describe", "--tags", "--dirty"]),
  ]);
  return { ...(revision && { [REVISION_LABEL]: revision }), ...(version && { [VERSION_LABEL]: version }) };
}

/** When the newest commit was made, in seconds since the epoch; undefined without git or a repository. */
export async function commitTime(directory: string): Promise<number | undefined> {
  const seconds = await git(directory, ["log", "-1", "--format=%ct"]);
  return /^\d+$/.test(seconds) ? Number(seconds) : undefined;
}

async function git(directory: string, args: readonly string[]): Promise<string> {
  const result = await execa("git", args, { cwd: directory, timeout: LIMIT_MS, reject: false, stdin: "ignore" });
  return result.exitCode === 0 ? result.stdout.trim() : "";
}

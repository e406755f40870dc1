/**
 * One version, written down once (packages/cli/package.json) and told in two spellings: npm's and Python's.
 * The other package.json files and python/ repeat it; version.test.ts compares them.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { at, root } from "../repository.ts";

const PEP440_STAGES: Readonly<Record<string, string>> = { alpha: "a", beta: "b", rc: "rc" };

/** `1.0.0-alpha.1`. */
export function npmVersion(): string {
  const { version } = JSON.parse(readFileSync(at("packages/cli/package.json"), "utf8")) as { version: string };
  return version;
}

/** The same version as Python spells it: `1.0.0a1`. */
export function pythonVersion(version: string): string {
  const match = /^(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?$/.exec(version);
  if (match === null) throw new Error(`version ${version}: expected X.Y.Z or X.Y.Z-alpha.N, -beta.N, -rc.N`);
  const [, release = "", stage, number] = match;
  return stage === undefined ? release : `${release}${PEP440_STAGES[stage]}${number}`;
}

/**
 * Unix time of what is built: of the last commit to the sources, not of the build, so that they always give the same bytes.
 * A tree without git (an unpacked archive) has the fixed date that hatchling uses too.
 */
export function sourceDateEpoch(): string {
  return process.env["SOURCE_DATE_EPOCH"] ?? lastCommit("%ct") ?? "1580601600";
}

/** The last commit to the sources, as the health check tells it; a tree without git has none. */
export function sourceCommit(): string | undefined {
  return lastCommit("%H")?.slice(0, 8);
}

function lastCommit(format: string): string | undefined {
  try {
    const log = ["log", "-1", `--format=${format}`, "--", "packages", "python"];
    const text = execFileSync("git", log, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return text.trim() || undefined;
  } catch {
    return undefined; // no git, or no repository
  }
}

/**
 * The `docker` command line, or Podman's or Buildah's, run with argument arrays. This room knows images and nothing of
 * Cog. An engine that is absent, stopped or closed to us is an UnavailableError that says which of the three it is.
 */
import { execa } from "execa";
import { absenceOf, engineError } from "./absence.ts";
import type { ToolOptions } from "./tools.ts";

/** BuildKit on engines where it is not the default; no second manifest of facts about the builder beside each image. */
const ENVIRONMENT = { DOCKER_BUILDKIT: "1", BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" };

export interface DockerOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions extends ToolOptions {
  readonly signal?: AbortSignal;
  readonly input?: string;
  /** Variables of the command beside those it inherits. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string;
}

/** Starts a program with Docker's settings: `spawn("docker", […])`. Its result never rejects; look at the exit code. */
export const spawn = execa({ reject: false, env: ENVIRONMENT });

/** Runs docker to its end. Rejects only when docker itself, or its engine, is not there, or when aborted. */
export async function docker(
  args: readonly string[],
  { signal, input, env, cwd, tool = "docker" }: CommandOptions = {},
): Promise<DockerOutcome> {
  const result = await spawn(tool, args, {
    ...(signal !== undefined && { cancelSignal: signal }),
    ...(cwd !== undefined && { cwd }),
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    ...(env !== undefined && { env }),
  });
  signal?.throwIfAborted();
  if (result.code === "ENOENT") throw engineError("not-installed", tool, "");
  const outcome = {
    exitCode: result.exitCode ?? 1,
    stdout: String(result.stdout ?? ""),
    stderr: String(result.stderr ?? ""),
  };
  const absence = outcome.exitCode === 0 ? undefined : absenceOf(outcome.stderr);
  if (absence !== undefined) throw engineError(absence, tool, outcome.stderr);
  return outcome;
}

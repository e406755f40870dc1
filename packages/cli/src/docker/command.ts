/**
 * The `docker` command line, run with argument arrays. This room knows Docker and nothing of Cog.
 * An engine that is absent, stopped or closed to us is an UnavailableError that says which of the three it is.
 */
import { UnavailableError } from "@cog/core/errors";
import { execa } from "execa";

/** BuildKit on engines where it is not the default; no second manifest of facts about the builder beside each image. */
const ENVIRONMENT = { DOCKER_BUILDKIT: "1", BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" };

export interface DockerOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program with Docker's settings: `spawn("docker", […])`. Its result never rejects; look at the exit code. */
export const spawn = execa({ reject: false, env: ENVIRONMENT });

/** Runs docker to its end. Rejects only when docker itself, or its engine, is not there, or when aborted. */
export async function docker(
  args: readonly string[],
  { signal, input }: { readonly signal?: AbortSignal; readonly input?: string } = {},
): Promise<DockerOutcome> {
  const result = await spawn("docker", args, {
    ...(signal !== undefined && { cancelSignal: signal }),
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
  });
  signal?.throwIfAborted();
  if (result.code === "ENOENT") throw engineError("not-installed", "");
  const outcome = {
    exitCode: result.exitCode ?? 1,
    stdout: String(result.stdout ?? ""),
    stderr: String(result.stderr ?? ""),
  };
  const absence = outcome.exitCode === 0 ? undefined : absenceOf(outcome.stderr);
  if (absence !== undefined) throw engineError(absence, outcome.stderr);
  return outcome;
}

/** Why no engine answers. Docker says so in words only: it has no exit code for it. */
export type Absence = "not-installed" | "not-running" | "permission-denied" | "no-answer";

export function absenceOf(stderr: string): Absence | undefined {
  if (/permission denied while trying to connect|dial unix .*: permission denied/i.test(stderr))
    return "permission-denied";
  if (/cannot connect to the docker daemon|is the docker daemon running|error during connect/i.test(stderr))
    return "not-running";
  return undefined;
}

const WORDS = {
  "not-installed": {
    reason: "Docker is not installed: there is no docker command on the PATH.",
    hint: "Install Docker (https://docs.docker.com/get-docker/), or use COG_ENGINE=local to run without it.",
  },
  "not-running": {
    reason: "Cannot connect to the Docker daemon. Is the docker daemon running?",
    hint: "Start Docker, or use COG_ENGINE=local to run without it.",
  },
  "permission-denied": {
    reason: "Docker is there, but you may not use it: permission denied on its socket.",
    hint: "Add yourself to the docker group (sudo usermod -aG docker $USER, then log in again), or use COG_ENGINE=local.",
  },
  "no-answer": {
    reason: "Docker did not answer within 2 seconds. Is the docker daemon running?",
    hint: "Restart Docker, or use COG_ENGINE=local to run without it.",
  },
} as const satisfies Record<Absence, { reason: string; hint: string }>;

export function absenceWords(absence: Absence): { readonly reason: string; readonly hint: string } {
  return WORDS[absence];
}

function engineError(absence: Absence, stderr: string): UnavailableError {
  const { reason, hint } = WORDS[absence];
  return new UnavailableError(`docker.${absence.replaceAll("-", "_")}`, reason, { hint, cause: stderr });
}

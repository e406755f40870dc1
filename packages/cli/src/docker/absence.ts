/** Why no engine answers, told apart: each has another way out. */
import { UnavailableError } from "@cog/core/errors";
import { type ContainerTool, TOOL_NAMES } from "./tools.ts";

/** `is-podman`: a `docker` command that is Podman under another name, and lacks some of Docker's flags. */
export type Absence = "not-installed" | "not-running" | "permission-denied" | "no-answer" | "is-podman";

/** They say so in words only: there is no exit code for it. */
export function absenceOf(stderr: string): Absence | undefined {
  if (/permission denied while trying to connect|dial unix .*: permission denied/i.test(stderr))
    return "permission-denied";
  if (/cannot connect to (the docker daemon|podman)|is the docker daemon running|error during connect/i.test(stderr))
    return "not-running";
  if (/emulate docker cli using podman/i.test(stderr)) return "is-podman";
  return undefined;
}

export interface AbsenceWords {
  readonly reason: string;
  readonly hint: string;
}

const DOCKER: Readonly<Record<Absence, AbsenceWords>> = {
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
  "is-podman": {
    reason: "The docker command of this machine is Podman under another name.",
    hint: "Use it by its own name: COG_ENGINE=podman, and COG_BUILDER=podman for cog build.",
  },
};

export function absenceWords(absence: Absence, tool: ContainerTool = "docker"): AbsenceWords {
  return tool === "docker" ? DOCKER[absence] : wordsWithoutDaemon(absence, tool);
}

/** Nothing has to be started for these, but for the virtual machine they use outside Linux. */
function wordsWithoutDaemon(absence: Absence, tool: ContainerTool): AbsenceWords {
  const name = TOOL_NAMES[tool];
  switch (absence) {
    case "not-installed":
      return {
        reason: `${name} is not installed: there is no ${tool} command on the PATH.`,
        hint: `Install ${name}, or use Docker (leave COG_BUILDER and COG_ENGINE out).`,
      };
    case "no-answer":
      return { reason: `${name} did not answer within 2 seconds.`, hint: `See what '${tool} info' says.` };
    case "not-running":
    case "permission-denied":
    case "is-podman":
      return {
        reason: `${name} does not work here.`,
        hint: `See what '${tool} info' says; outside Linux, 'podman machine start' may be missing.`,
      };
  }
}

const CODES = {
  "not-installed": "not_installed",
  "not-running": "not_running",
  "permission-denied": "permission_denied",
  "no-answer": "no_answer",
  "is-podman": "is_podman",
} as const satisfies Readonly<Record<Absence, string>>;

export function engineError(absence: Absence, tool: ContainerTool, stderr: string): UnavailableError {
  const { reason, hint } = absenceWords(absence, tool);
  return new UnavailableError(`${tool}.${CODES[absence]}`, reason, { hint, cause: stderr });
}

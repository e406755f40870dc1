/** `docker build`: one context directory in, an image id out, the log as it comes. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CogError, UserError } from "@cog/core/errors";
import { absenceOf, absenceWords, spawn } from "./command.ts";

export interface BuildRequest {
  readonly dockerfile: string;
  /** Absent: a build that needs no files; the Dockerfile goes in on stdin. */
  readonly context?: string;
  readonly tags: readonly string[];
  readonly platform?: string;
  readonly noCache?: boolean;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** As docker takes them: `id=x,src=/absolute/path`. */
  readonly secrets?: readonly string[];
}

export interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** A build that failed in one of its steps. */
export class BuildFailure extends CogError {
  /** The line of the Dockerfile that failed, from 1, when the builder said so. */
  readonly line: number | undefined;
  /** The failing step's own output. */
  readonly log: string;

  constructor(message: string, details: { readonly line: number | undefined; readonly log: string }) {
    super("build.failed", message);
    this.line = details.line;
    this.log = details.log;
  }
}

/** Builds and returns the image's id. Rejects with a BuildFailure when a step fails. */
export async function buildImage(request: BuildRequest, { signal, onOutput }: BuildOptions): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "cog-build-"));
  try {
    const idFile = join(scratch, "id");
    const child = spawn("docker", buildArguments(request, idFile), {
      cancelSignal: signal,
      // Polite first: the client tells the engine to stop the running step.
      forceKillAfterDelay: 3000,
      ...(request.context === undefined ? { input: request.dockerfile } : { stdin: "ignore" as const }),
      env: { BUILDKIT_PROGRESS: "plain" },
      all: true,
    });
    child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString()));
    const { exitCode, all, code } = await child;
    signal.throwIfAborted();
    if (exitCode === 0) return (await readFile(idFile, "utf8")).trim();
    throw explain(code === "ENOENT" ? "not-installed" : String(all ?? ""));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function buildArguments(request: BuildRequest, idFile: string): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    "build",
    "--progress=plain",
    ...(request.platform === undefined ? [] : ["--platform", request.platform]),
    ...(request.noCache ? ["--no-cache"] : []),
    ...pairs("--build-arg", request.buildArgs),
    ...pairs("--label", request.labels),
    ...(request.secrets ?? []).flatMap((secret) => ["--secret", secret]),
    ...request.tags.flatMap((tag) => ["--tag", tag]),
    "--iidfile",
    idFile,
    ...(request.context === undefined ? ["-"] : ["--file", request.dockerfile, request.context]),
  ];
}

function explain(output: string): CogError {
  const absence = output === "not-installed" ? output : absenceOf(output);
  if (absence !== undefined) {
    const { reason } = absenceWords(absence);
    return new UserError(`docker.${absence.replaceAll("-", "_")}`, reason, { hint: "Building an image needs Docker." });
  }
  if (/buildx component is missing|requires the buildx|BuildKit is enabled but the buildx/i.test(output)) {
    return new UserError("docker.no_buildx", "This docker command has no buildx, which it needs to build images.", {
      hint: "Install the docker-buildx plugin (package docker-buildx or docker-buildx-plugin).",
    });
  }
  return failureOf(output);
}

/**
 * Reads the end of BuildKit's plain log: the failing step's output between two rules, the place (`Dockerfile:12`),
 * then `ERROR: …`.
 */
export function failureOf(output: string): BuildFailure {
  const line = /^Dockerfile:(\d+)$/m.exec(output)?.[1];
  const log = /^------\n > .*\n([\s\S]*?)^------$/m.exec(output)?.[1] ?? "";
  const message =
    /^ERROR: (?:failed to (?:build|solve): )?(.*)$/m.exec(output)?.[1] ?? output.trim().split("\n").at(-1) ?? "";
  return new BuildFailure(message, {
    line: line === undefined ? undefined : Number(line),
    log: log.replaceAll(/^\d+\.\d+ /gm, "").trimEnd(),
  });
}

/** `docker build`: one context directory in, an image id out, the log as it comes. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CogError, UserError } from "@cog/core/errors";
import { absenceOf, engineError } from "./absence.ts";
import { failureOf } from "./build-failure.ts";
import { spawn } from "./command.ts";
import type { ContainerTool, ToolOptions } from "./tools.ts";

export interface BuildRequest {
  /** Its text. */
  readonly dockerfile: string;
  /** Absent: a build that needs no files. */
  readonly context?: string;
  readonly tags: readonly string[];
  readonly platform?: string;
  readonly noCache?: boolean;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Seconds since the epoch that the image says it was made at. */
  readonly timestamp?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** As docker takes them: `id=x,src=/absolute/path`. */
  readonly secrets?: readonly string[];
}

export interface BuildOptions extends ToolOptions {
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** Builds and returns the image's id. Rejects with a BuildFailure when a step fails. */
export async function buildImage(
  request: BuildRequest,
  { signal, onOutput, tool = "docker" }: BuildOptions,
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), "cog-build-"));
  try {
    const file = join(scratch, "Dockerfile");
    const idFile = join(scratch, "id");
    const empty = join(scratch, "empty");
    await Promise.all([writeFile(file, request.dockerfile), mkdir(empty)]);
    const places = { tool, file, idFile, context: request.context ?? empty };
    const child = spawn(tool, buildArguments(request, places), {
      cancelSignal: signal,
      // Polite first: the client tells the engine to stop the running step.
      forceKillAfterDelay: 3000,
      stdin: "ignore",
      env: { BUILDKIT_PROGRESS: "plain" },
      all: true,
    });
    child.all.on("data", (chunk: Buffer) => onOutput(chunk.toString()));
    const { exitCode, all, code } = await child;
    signal.throwIfAborted();
    if (exitCode === 0) return (await readFile(idFile, "utf8")).trim();
    if (code === "ENOENT") throw engineError("not-installed", tool, "");
    throw explain(String(all ?? ""), tool, request);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Places {
  readonly tool: ContainerTool;
  readonly file: string;
  readonly idFile: string;
  readonly context: string;
}

function buildArguments(request: BuildRequest, { tool, file, idFile, context }: Places): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    "build",
    ...(tool === "docker" ? ["--progress=plain"] : ["--layers", "--format=docker"]),
    ...(request.platform === undefined ? [] : ["--platform", request.platform]),
    ...(request.noCache ? ["--no-cache"] : []),
    ...pairs("--build-arg", request.buildArgs),
    ...timeArguments(tool, request.timestamp),
    ...pairs("--label", request.labels),
    ...(request.secrets ?? []).flatMap((secret) => ["--secret", secret]),
    ...request.tags.flatMap((tag) => ["--tag", tag]),
    "--iidfile",
    idFile,
    "--file",
    file,
    context,
  ];
}

function timeArguments(tool: ContainerTool, timestamp: number | undefined): string[] {
  if (timestamp === undefined) return [];
  return tool === "docker" ? ["--build-arg", `SOURCE_DATE_EPOCH=${timestamp}`] : ["--timestamp", String(timestamp)];
}

function explain(output: string, tool: ContainerTool, { dockerfile }: BuildRequest): CogError {
  const absence = absenceOf(output);
  if (absence !== undefined) return engineError(absence, tool, output);
  if (/buildx component is missing|requires the buildx|BuildKit is enabled but the buildx/i.test(output)) {
    return new UserError("docker.no_buildx", "This docker command has no buildx, which it needs to build images.", {
      hint: "Install the docker-buildx plugin (package docker-buildx or docker-buildx-plugin).",
    });
  }
  return failureOf(output, { tool, dockerfile });
}

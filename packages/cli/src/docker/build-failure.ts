/** What a builder's log says of a build that failed: which step, its own output, and why. */
import { CogError } from "@cog/core/errors";
import type { ContainerTool } from "./tools.ts";

/** A build that failed in one of its steps. */
export class BuildFailure extends CogError {
  /** The line of the Dockerfile that failed, from 1, when the builder said so. */
  readonly line: number | undefined;
  /** The failing step's own output. */
  readonly log: string;
  /** With which the step's command ended, when it was that. */
  readonly exitCode: number | undefined;

  constructor(message: string, details: { readonly line: number | undefined; readonly log: string }) {
    super("build.failed", message);
    this.line = details.line;
    this.log = details.log;
    const code = /exit (?:code:|status) (\d+)/.exec(message)?.[1];
    this.exitCode = code === undefined ? undefined : Number(code);
  }
}

/** @param dockerfile its text: Podman and Buildah name a step by its words and not by its line */
export function failureOf(output: string, { tool, dockerfile }: FailureSource): BuildFailure {
  return tool === "docker" ? failureOfBuildKit(output) : failureOfBuildah(output, dockerfile);
}

interface FailureSource {
  readonly tool: ContainerTool;
  readonly dockerfile: string;
}

/**
 * The end of BuildKit's plain log: the failing step's output between two rules, the place (`Dockerfile:12`),
 * then `ERROR: …`.
 */
function failureOfBuildKit(output: string): BuildFailure {
  const line = /^\S*Dockerfile:(\d+)$/m.exec(output)?.[1];
  const log = /^------\n > .*\n([\s\S]*?)^------$/m.exec(output)?.[1] ?? "";
  const message = /^ERROR: (?:failed to (?:build|solve): )?(.*)$/m.exec(output)?.[1] ?? lastLine(output);
  return new BuildFailure(message, {
    line: line === undefined ? undefined : Number(line),
    log: log.replaceAll(/^\d+\.\d+ /gm, "").trimEnd(),
  });
}

const STEP = /^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: .*$/gm;

/** Buildah, also inside Podman: `STEP 3/7: RUN x`, what it prints, then `Error: building at STEP "RUN x": …`. */
function failureOfBuildah(output: string, dockerfile: string): BuildFailure {
  const [, step, reason] = /^Error: building at STEP "(.*)": (?:while running runtime: )?(.*)$/m.exec(output) ?? [];
  const message = reason ?? /^Error: (.*)$/m.exec(output)?.[1] ?? lastLine(output);
  const at = step === undefined ? -1 : dockerfile.split("\n").indexOf(step);
  const after = output.slice([...output.matchAll(STEP)].at(-1)?.index ?? 0);
  const log = after
    .split("\n")
    .slice(1)
    .filter((line) => !/^(Error: |subprocess exited with status |--> )/.test(line));
  return new BuildFailure(message, {
    line: at < 0 ? undefined : at + 1,
    log: step === undefined ? "" : log.join("\n").trimEnd(),
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

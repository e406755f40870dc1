/** `docker push`: a name in, the digest under which the registry has the image out, and how far it is meanwhile. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { absenceOf, engineError } from "./absence.ts";
import { docker, spawn } from "./command.ts";
import { lastLine } from "./images.ts";
import { type PushProgress, pushProgress } from "./push-progress.ts";
import type { ToolOptions } from "./tools.ts";

export interface PushOptions extends ToolOptions {
  readonly signal: AbortSignal;
  /** The registry may be spoken to without encryption. Docker knows by itself for which that is so. */
  readonly plainHttp: boolean;
  readonly onOutput: (text: string) => void;
  readonly onProgress: (progress: PushProgress) => void;
}

/** The tools say why in words only. */
export type PushRefusal = "unauthorized" | "unknown-repository" | "no-such-image" | "unreachable" | "other";

export type PushOutcome =
  | { readonly ended: "pushed"; readonly digest: string | undefined }
  | { readonly ended: "refused"; readonly why: PushRefusal; readonly said: string };

export async function pushImage(name: string, options: PushOptions): Promise<PushOutcome> {
  const { tool = "docker", signal, onOutput, onProgress } = options;
  const scratch = await mkdtemp(join(tmpdir(), "cog-push-"));
  try {
    const digestFile = join(scratch, "digest");
    const own = tool === "docker" ? [] : [...tlsArguments(options), "--digestfile", digestFile];
    const child = spawn(tool, ["push", ...own, name], { stdin: "ignore", cancelSignal: signal, all: true });
    const follow = pushProgress(onProgress);
    child.all.on("data", (chunk: Buffer) => {
      onOutput(chunk.toString());
      follow(chunk.toString());
    });
    const { exitCode, code, all, stderr } = await child;
    signal.throwIfAborted();
    if (code === "ENOENT") throw engineError("not-installed", tool, "");
    const absence = exitCode === 0 ? undefined : absenceOf(stderr);
    if (absence !== undefined) throw engineError(absence, tool, stderr);
    if (exitCode !== 0) return { ended: "refused", why: refusalOf(stderr), said: lastLine(stderr) };
    const digest = tool === "docker" ? /\bdigest: (sha256:[0-9a-f]{64})/.exec(all)?.[1] : await textOf(digestFile);
    return { ended: "pushed", digest };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const NO_IMAGE = `sha256:${"0".repeat(64)}`;
/** What comes from a registry, and not from the way to it. */
const FROM_REGISTRY = /manifest unknown|not found|denied|unauthorized|authentication required|no basic auth/i;

/** Whether the engine itself gets to a registry; else what it says. Asked for an image that no registry has. */
export async function cannotReach(
  repository: string,
  options: ToolOptions & Pick<PushOptions, "signal" | "plainHttp">,
): Promise<string | undefined> {
  const own = options.tool === undefined || options.tool === "docker" ? [] : tlsArguments(options);
  const { exitCode, stderr } = await docker(["pull", ...own, `${repository}@${NO_IMAGE}`], options);
  return exitCode === 0 || FROM_REGISTRY.test(stderr) ? undefined : lastLine(stderr);
}

function tlsArguments({ plainHttp }: Pick<PushOptions, "plainHttp">): string[] {
  return plainHttp ? ["--tls-verify=false"] : [];
}

const REFUSALS: readonly (readonly [PushRefusal, RegExp])[] = [
  ["no-such-image", /tag does not exist|image does not exist locally|image not known/i],
  ["unknown-repository", /name unknown|NAME_UNKNOWN|repository name not known/i],
  [
    "unauthorized",
    /no basic auth credentials|authorization failed|401 unauthorized|unauthorized:|authentication required|denied/i,
  ],
  [
    "unreachable",
    /connection refused|no such host|i\/o timeout|network is unreachable|connection reset|TLS handshake/i,
  ],
];

function refusalOf(stderr: string): PushRefusal {
  return REFUSALS.find(([, words]) => words.test(stderr))?.[0] ?? "other";
}

async function textOf(file: string): Promise<string | undefined> {
  return (await readFile(file, "utf8")).trim() || undefined;
}

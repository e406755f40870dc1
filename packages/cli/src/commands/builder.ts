/** What builds images: what was asked for, else the first of Docker, Podman and Buildah that answers. */
import { UnavailableError, UserError } from "@cog/core/errors";
import { absenceWords, type ContainerEngine, type ContainerTool, ping, TOOL_NAMES } from "#docker";
import type { CommandContext } from "./command.ts";

const TOOLS: readonly ContainerTool[] = ["docker", "podman", "buildah"];

export async function chooseBuilder(context: CommandContext): Promise<ContainerTool> {
  const { report, signal } = context;
  const wanted = wantedBuilder(context);
  const candidates = wanted === undefined ? TOOLS : [wanted];
  const [first = "docker"] = candidates;
  const reasons: string[] = [];
  for (const tool of candidates) {
    const answer = await ping({ signal, tool });
    if (answer === "answers") {
      if (tool !== first) report.info(`${TOOL_NAMES[first]} is not available; building with ${TOOL_NAMES[tool]}`);
      return tool;
    }
    const { reason, hint } = absenceWords(answer, tool);
    if (tool === wanted) throw new UnavailableError(`${tool}.unavailable`, reason, { hint });
    reasons.push(reason);
  }
  throw new UnavailableError("docker.unavailable", reasons[0] ?? "", {
    hint: "Building an image needs Docker; Podman and Buildah do as well, and are not here either.",
  });
}

/** Where images are looked for. Podman and Buildah keep theirs together. */
export function imageKeeper(context: CommandContext): ContainerEngine {
  const builder = wantedBuilder(context) ?? "docker";
  return builder === "buildah" ? "podman" : builder;
}

function wantedBuilder({ settings, global }: CommandContext): ContainerTool | undefined {
  const { builder } = settings;
  if (builder !== undefined) {
    const tool = TOOLS.find((name) => name === builder);
    if (tool === undefined)
      throw new UserError("builder.unknown", `COG_BUILDER is "${builder}": expected ${TOOLS.join(", ")}`);
    return tool;
  }
  const engine = global.engine ?? settings.engine;
  return engine === "docker" || engine === "podman" ? engine : undefined;
}

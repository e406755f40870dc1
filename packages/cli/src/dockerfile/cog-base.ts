import type { CogBasePlan } from "#plan";
import { baseLayers } from "./base.ts";
import { type Instruction, instructionText } from "./instruction.ts";
import { reproducible } from "./layer.ts";
import { aptInstall } from "./packages.ts";
import { install, PIP_CACHE } from "./python.ts";

/** The Dockerfile of one of Cog's own base images. It needs no file beside it. */
export function renderCogBase({ base, python, systemPackages, requirements }: CogBasePlan): string {
  const folders = { ca: "", requirements: "", node: "", sdk: "" };
  const instructions: Instruction[] = [
    { kind: "arg", name: "COG_BASE", value: base.image },
    ...baseLayers({ base, caCertificate: false, folders, ...(python !== undefined && { python }) }),
    {
      ...aptInstall([...systemPackages, "tini"], base.image),
      origin: { kind: "cog", what: "installing system packages" },
    },
    // Images that the reference builds on this one expect the init here.
    {
      kind: "run",
      mounts: [],
      command: reproducible("ln -sf /usr/bin/tini /sbin/tini"),
      origin: { kind: "cog", what: "linking tini" },
    },
    { kind: "entrypoint", command: ["/sbin/tini", "--"] },
    ...(requirements.length === 0 ? [] : [packages(requirements)]),
    { kind: "workdir", path: "/src" },
    { kind: "expose", port: 5000 },
  ];
  return `${instructions.map(instructionText).join("\n")}\n`;
}

function packages(requirements: readonly string[]): Instruction {
  return {
    kind: "run",
    mounts: [PIP_CACHE],
    command: reproducible(install(requirements.join(" "), "pip")),
    origin: { kind: "cog", what: "installing torch" },
  };
}

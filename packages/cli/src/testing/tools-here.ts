/** Which container tools this machine can really use, made ready for tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ContainerTool, docker, inspectImage, ping, spawn } from "#docker";

/** What tests build on. */
const BASE = "python:3.11-slim";

export type ToolHere = { readonly usable: true } | { readonly usable: false; readonly why: string };

const signal = new AbortController().signal;

/**
 * Asks a tool for an answer, then for a container. Podman and Buildah get their base image from Docker's engine, which
 * has it without a network, and settings that fit a machine on which limits cannot be raised.
 */
export async function toolHere(tool: ContainerTool): Promise<ToolHere> {
  const answer = await ping({ signal, tool });
  if (answer !== "answers") return no(`${tool}: ${answer.replaceAll("-", " ")}`);
  if (tool === "docker") return { usable: true };
  if (!(await hasBase(tool))) return no(`${tool} has no ${BASE}, and Docker none to give it`);
  return await canRun(tool);
}

async function hasBase(tool: ContainerTool): Promise<boolean> {
  if ((await inspectImage(BASE, { signal, tool })) !== undefined) return true;
  if ((await ping({ signal })) !== "answers" || (await inspectImage(BASE, { signal })) === undefined) return false;
  const scratch = mkdtempSync(join(tmpdir(), "cog-base-"));
  try {
    const archive = join(scratch, "base.tar");
    await docker(["save", "--output", archive, BASE], { signal });
    const load =
      tool === "podman" ? ["load", "--input", archive] : ["pull", "--quiet", `docker-archive:${archive}:${BASE}`];
    await docker(load, { signal, tool });
    return (await inspectImage(BASE, { signal, tool })) !== undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Podman asks for more open files than the tests' own user may have on some machines, and then runs nothing. */
const MODEST = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n';

async function canRun(tool: "podman" | "buildah"): Promise<ToolHere> {
  const first = await tryRun(tool);
  if (first === undefined) return { usable: true };
  const settings = join(mkdtempSync(join(tmpdir(), "cog-podman-")), "containers.conf");
  writeFileSync(settings, MODEST);
  process.env["CONTAINERS_CONF"] = settings;
  // A container in a container often may not make namespaces of its own; a build can do without.
  if (tool === "buildah") process.env["BUILDAH_ISOLATION"] = "chroot";
  process.once("exit", () => rmSync(join(settings, ".."), { recursive: true, force: true }));
  const second = await tryRun(tool);
  return second === undefined ? { usable: true } : no(`${tool} runs no container: ${second}`);
}

/** What it says when it cannot. */
async function tryRun(tool: "podman" | "buildah"): Promise<string | undefined> {
  const run =
    tool === "podman"
      ? ["podman run --rm", BASE, "true"].join(" ")
      : `name=$(buildah from --pull-never ${BASE}) && { buildah run $name -- true; code=$?; buildah rm $name >&2; exit $code; }`;
  const { exitCode, stderr } = await spawn("sh", ["-c", run], { stdin: "ignore", timeout: 60_000 });
  return exitCode === 0 ? undefined : stderr.trim().split("\n").at(-1);
}

function no(why: string): ToolHere {
  return { usable: false, why };
}

/** `cog __complete =WORD BEFORE...`, which shells ask: the candidates, one a line. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Settings } from "#settings";
import type { AnyCommand } from "../command.ts";
import { topics } from "../topics.ts";
import { type Candidate, candidates, type Surroundings } from "./candidates.ts";

/** A shell that waits longer than this seems to hang. */
const PATIENCE_MS = 1500;

export async function completing(
  [current = "=", ...before]: readonly string[],
  commands: readonly AnyCommand[],
  settings: Settings,
): Promise<string> {
  const question = { word: current.slice(1), before, commands, topics: topics.map(({ name }) => ({ word: name })) };
  const found = await candidates(question, surroundings(process.cwd(), settings));
  return found.map(({ word, what }) => `${word}${what === undefined ? "" : `\t${what}`}\n`).join("");
}

function surroundings(workingDirectory: string, { home, engine }: Settings): Surroundings {
  return {
    files(path, only) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const place = folder.startsWith("~/") ? join(home, folder.slice(1)) : resolve(workingDirectory, folder);
      return namesIn(place, path.slice(folder.length).startsWith("."))
        .filter((name) => name.endsWith("/") || only === "file")
        .map((name) => `${folder}${name}`);
    },
    // Whatever is wrong with the project is said when the command runs, not while it is typed.
    inputs: (file) => inputsOf(workingDirectory, file).catch(() => []),
    images: () => imageNames(engine === "podman" ? engine : "docker").catch(() => []),
  };
}

function namesIn(place: string, hidden: boolean): readonly string[] {
  try {
    return readdirSync(place)
      .filter((name) => hidden || !name.startsWith("."))
      .map((name) => (statSync(join(place, name), { throwIfNoEntry: false })?.isDirectory() ? `${name}/` : name));
  } catch {
    // No such folder, so nothing to offer.
    return [];
  }
}

async function inputsOf(workingDirectory: string, file: string): Promise<readonly Candidate[]> {
  const [{ openProject }, { readModel }, { describeInput }] = await Promise.all([
    import("#project"),
    import("#launch"),
    import("@cog/core/schema"),
  ]);
  const silent = () => {};
  const report = {
    info: silent,
    warn: silent,
    debug: silent,
    output: silent,
    step: () => ({ update: silent, done: silent, fail: silent }),
  };
  const model = await readModel(openProject({ workingDirectory, file, report }), report);
  const inputs = model.interface.predict?.inputs ?? model.interface.train?.inputs ?? [];
  return inputs.map((field) => ({ word: `${field.name}=`, what: describeInput(field) }));
}

async function imageNames(tool: "docker" | "podman"): Promise<readonly string[]> {
  const { cogImageNames } = await import("#docker");
  return await cogImageNames({ tool, signal: AbortSignal.timeout(PATIENCE_MS) });
}

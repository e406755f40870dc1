/**
 * Seconds from `git clone` to the first real answer: what a newcomer waits for who types the first command of the
 * README. Every cache below the home folder is empty; packages come from the registries, so the network is in it.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Answer, Options, Question } from "./question.ts";

const root = join(import.meta.dirname, "..");
const execute = promisify(execFile);
const LIMIT_MS = 20 * 60_000;

export const clone: Question = {
  name: "clone",
  summary: "seconds from `git clone` to the answer of the README's first command, on empty caches",
  run,
};

async function run(options: Options): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), "cog-bench-"));
  try {
    const target = join(folder, "cog");
    const home = join(folder, "home");
    await mkdir(home);
    const startedAt = performance.now();
    await execute("git", ["clone", "--quiet", root, target], { timeout: LIMIT_MS });
    const clonedAt = performance.now();
    const command = firstCommand(await readFile(join(target, "README.md"), "utf8"));
    options.say(`$ ${command}`);
    const answer = await answerOf(command, target, home);
    const answeredAt = performance.now();
    options.say(answer.slice(0, 500));
    const seconds = (from: number, to: number) => ({ reference: [], ours: [(to - from) / 1000] });
    return {
      notes: [`$ ${command}`, "the last commit, without changes of the working tree; images that Docker holds stay"],
      rows: [
        { id: "C1", what: "git clone", unit: "s", bars: [], samples: seconds(startedAt, clonedAt) },
        { id: "C2", what: "first command to its answer", unit: "s", bars: [], samples: seconds(clonedAt, answeredAt) },
        { id: "C3", what: "clone to answer", unit: "s", bars: [], samples: seconds(startedAt, answeredAt) },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first line that starts cog in the first code block that has one; continued lines are joined. */
export function firstCommand(readme: string): string {
  for (const [, block = ""] of readme.matchAll(/^```(?:sh|bash|shell|console)\n([\s\S]*?)^```/gm)) {
    const lines = block.replaceAll("\\\n", " ").split("\n");
    const line = lines.map((text) => text.replace(/^\$ /, "").trim()).find((text) => /^(\.\/)?cog\s/.test(text));
    if (line !== undefined) return line.startsWith("./") ? line : `./${line}`;
  }
  throw new Error("README.md has no code block (sh, bash, shell or console) with a cog command.");
}

async function answerOf(command: string, cwd: string, home: string): Promise<string> {
  const child = spawn("sh", ["-c", command], {
    cwd,
    env: emptyHanded(home),
    stdio: ["ignore", "pipe", "inherit"],
    timeout: LIMIT_MS,
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const [code] = (await once(child, "close")) as [number | null];
  const text = Buffer.concat(pieces).toString();
  if (code !== 0) throw new Error(`The command ended with ${code ?? "a signal"}.`);
  if (text.trim() === "") throw new Error("The command printed no answer.");
  return text;
}

/** This environment without caches; where packages come from stays as it is set up here. */
function emptyHanded(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/cache|^xdg_|^npm_(?!config_registry)/i.test(name));
  const env: Record<string, string> = {};
  for (const [name, value] of kept) if (value !== undefined) env[name] = value;
  const settings = { NPM_CONFIG_USERCONFIG: ".npmrc", PIP_CONFIG_FILE: ".config/pip/pip.conf", PYENV_ROOT: ".pyenv" };
  for (const [name, place] of Object.entries(settings)) {
    const path = join(homedir(), place);
    if (env[name] === undefined && existsSync(path)) env[name] = path;
  }
  return { ...env, HOME: home };
}

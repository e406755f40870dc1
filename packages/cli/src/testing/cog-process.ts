/** `cog` from its sources, as a process of its own. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The program and its first words. */
export const COG: readonly [program: string, ...words: string[]] = [
  process.execPath,
  "--import",
  createRequire(import.meta.url).resolve("tsx"),
  fileURLToPath(new URL("../main.ts", import.meta.url)),
];

/** Its variables are those given, and the PATH: no home and no setting of who runs the tests. */
export function startCog(words: readonly string[], { env, ...options }: SpawnOptions): ChildProcess {
  const [program, ...before] = COG;
  return spawn(program, [...before, ...words], { ...options, env: { PATH: process.env["PATH"] ?? "", ...env } });
}

export interface CogOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it has written by its end. */
export async function outcomeOf(child: ChildProcess): Promise<CogOutcome> {
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...written };
}

/** Whole commands as a terminal starts them, of ours and of another cog, and what they cost. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Options, Row, Side, Subject } from "./question.ts";

const execute = promisify(execFile);
export const LIMIT_MS = 300_000;

export type Program = readonly [file: string, ...args: string[]];

/** The built bundle, and any other binary that COG_BINARY names, which takes the place of the reference. */
export function programsOf(options: Options): ReadonlyMap<Side, Program> {
  const bundle = join(import.meta.dirname, "..", "dist", "cli", "main.cjs");
  if (!existsSync(bundle)) throw new Error("There is no dist/cli/main.cjs. Run `npm run build` first.");
  const other = process.env["COG_BINARY"];
  const programs = new Map<Side, Program>();
  if (other !== undefined && options.side !== "ours") programs.set("reference", [other]);
  if (options.side !== "reference") programs.set("ours", [process.execPath, bundle]);
  return programs;
}

/** What a command costs: the time that passes, and the processors', which says more where others work too. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export type Costs = Readonly<Record<Side, Cost[]>>;

export function rowsOf(subject: Subject, costs: Costs): Row[] {
  const samples = (part: keyof Cost) => ({
    reference: costs.reference.map((cost) => cost[part]),
    ours: costs.ours.map((cost) => cost[part]),
  });
  const { id, what, unit } = subject;
  return [
    { ...subject, samples: samples("wallMs") },
    { id: `${id} cpu`, what: `${what}: cpu`, unit, bars: [], samples: samples("cpuMs") },
  ];
}

/** The shell counts, and says so in its last line. */
const COUNTED = 'TIMEFORMAT="%R %U %S"; time "$@"';

export async function costOf(
  program: Program,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Cost & { readonly stdout: string }> {
  const { stdout, stderr } = await execute("bash", ["-c", COUNTED, "bash", ...program], {
    cwd,
    env: { ...process.env, ...env, LC_ALL: "C.UTF-8" },
    timeout: LIMIT_MS,
  });
  // A command that ends early without a word would be the fastest of all.
  if (program.at(-1) !== "0" && stdout.trim() === "") throw new Error(`${program.join(" ")} printed nothing.`);
  const [real = Number.NaN, user = Number.NaN, system = Number.NaN] = (stderr.trimEnd().split("\n").at(-1) ?? "")
    .split(" ")
    .map((seconds) => Number(seconds) * 1000);
  return { wallMs: real, cpuMs: user + system, stdout };
}

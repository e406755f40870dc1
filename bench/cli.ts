/**
 * How long the command itself takes, whole processes as a terminal starts them. Asked of the built bundle, or of
 * any other cog binary named in COG_BINARY, which then takes the place of the reference.
 */
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { readInterface } from "../packages/cli/src/python/index.ts";
import { type Cost, type Costs, costOf, LIMIT_MS, type Program, programsOf, rowsOf } from "./commands.ts";
import type { Answer, Options, Question, Row, Side, Subject } from "./question.ts";

const execute = promisify(execFile);

export const cli: Question = {
  name: "cli",
  summary:
    "the command: --version, --help, schema, the second run of a trivial model, a run on one that is up, an edit",
  run,
};

interface Command extends Subject {
  /** Run once before; what it leaves up is stopped after. */
  readonly keeps?: true;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly repeats: number;
}

const commands: readonly Command[] = [
  {
    id: "P17a",
    what: "cog --version",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 80 }],
    args: ["--version"],
    env: {},
    repeats: 15,
  },
  {
    id: "P17b",
    what: "cog --help",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 80 }],
    args: ["--help"],
    env: {},
    repeats: 15,
  },
  {
    id: "P18a",
    what: "cog schema, whole command",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 150 }],
    args: ["schema"],
    env: {},
    repeats: 15,
  },
  {
    id: "P20a",
    what: "cog run, local engine, second run",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 500 }],
    args: ["run", "-i", "text=hello"],
    env: { COG_ENGINE: "local" },
    repeats: 7,
  },
  {
    id: "P20b",
    what: "cog run, Docker, second run",
    unit: "ms",
    bars: [{ kind: "ratio", atMost: 1 }],
    args: ["run", "-i", "text=hello"],
    env: { COG_ENGINE: "docker" },
    repeats: 5,
  },
  {
    id: "W1a",
    what: "cog run on a model that is up, local engine",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 200 }],
    args: ["run", "-i", "text=hello"],
    env: { COG_ENGINE: "local" },
    keeps: true,
    repeats: 15,
  },
  {
    id: "W1b",
    what: "cog run on a model that is up, Docker",
    unit: "ms",
    bars: [{ kind: "figure", atMost: 200 }],
    args: ["run", "-i", "text=hello"],
    env: { COG_ENGINE: "docker" },
    keeps: true,
    repeats: 15,
  },
];

/** The grammar is loaded by then; what it costs is in the whole command. */
const reading: Subject = {
  id: "P18b",
  what: "a predictor's interface, in process",
  unit: "ms",
  bars: [{ kind: "figure", atMost: 5 }],
};

/** From the save of an edit to the answer of the new code. */
const watching: Subject = {
  id: "W2",
  what: "cog run --watch, edit to answer, local engine",
  unit: "ms",
  bars: [{ kind: "figure", atMost: 400 }],
};

/** Node with nothing to do: what is left for ours is above this. */
const floor: Subject = { id: "P17", what: "node with nothing to do", unit: "ms", bars: [] };

async function run(options: Options): Promise<Answer> {
  const programs = programsOf(options);
  const folder = await mkdtemp(join(tmpdir(), "cog-bench-"));
  try {
    await writeProject(folder);
    const rows: Row[] = [];
    if (options.wants(floor.id)) rows.push(...rowsOf(floor, { reference: [], ours: await measureFloor(folder) }));
    for (const command of commands.filter(({ id }) => options.wants(id)))
      rows.push(...rowsOf(command, await measure(command, programs, folder, options)));
    if (options.wants(reading.id) && options.side !== "reference")
      rows.push({ ...reading, samples: { reference: [], ours: await timeReading(folder) } });
    if (options.wants(watching.id) && options.side !== "reference") {
      rows.push({ ...watching, samples: { reference: [], ours: await timeEdits(folder, options) } });
    }
    const notes = [
      "medians of interleaved runs, after one that is not counted",
      "cpu: user and system time of the command and of the children it waits for, so without a container's",
    ];
    return { notes, rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string): Promise<void> {
  await writeFile(join(folder, "cog.yaml"), 'build:\n  python_version: "3.11"\nrun: "run.py:Runner"\n');
  await writeModel(folder, "text");
}

async function writeModel(folder: string, answer: string): Promise<void> {
  const source = "from cog import BaseRunner\n\n\nclass Runner(BaseRunner):\n    def run(self, text: str) -> str:\n";
  await writeFile(join(folder, "run.py"), `${source}        return ${answer}\n`);
}

async function measureFloor(folder: string): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let time = 0; time < 15; time += 1) costs.push(await costOf([process.execPath, "-e", "0"], folder, {}));
  return costs;
}

async function measure(
  command: Command,
  programs: ReadonlyMap<Side, Program>,
  folder: string,
  options: Options,
): Promise<Costs> {
  const costs: Costs = { reference: [], ours: [] };
  const repeats = options.quick ? Math.min(command.repeats, 3) : command.repeats;
  const keeping = command.keeps === undefined ? undefined : programs.get("ours");
  try {
    if (keeping !== undefined) {
      const [file, ...before] = keeping;
      await costOf([file, ...before, ...command.args, "--keep"], folder, command.env);
    }
    for (let time = 0; time <= repeats; time += 1) {
      for (const [side, [file, ...before]] of programs) {
        const cost = await costOf([file, ...before, ...command.args], folder, command.env);
        if (time > 0) costs[side].push(cost);
      }
    }
  } catch (error) {
    // A machine without Docker, for one: the other rows are still worth having.
    options.say(`${command.id}  ${command.what} failed: ${String(error)}`);
  } finally {
    if (keeping !== undefined) {
      const [file, ...before] = keeping;
      await execute(file, [...before, "stop"], { cwd: folder, timeout: LIMIT_MS });
    }
  }
  return costs;
}

async function timeReading(folder: string): Promise<number[]> {
  const readFile = (path: string) => readFileSync(join(folder, path), "utf8");
  const samples: number[] = [];
  for (let time = 0; time <= 50; time += 1) {
    const startedAt = performance.now();
    const { ok } = await readInterface({ predict: "run.py:Runner", train: undefined, readFile });
    if (!ok) throw new Error("The model of this benchmark cannot be read.");
    if (time > 0) samples.push(performance.now() - startedAt);
  }
  return samples;
}

/** Each edit makes the model answer with another number, which the running command prints. */
async function timeEdits(folder: string, { quick }: Options): Promise<number[]> {
  const args = [join(import.meta.dirname, "..", "dist", "cli", "main.cjs"), "run", "--watch", "-i", "text=hello"];
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, COG_ENGINE: "local" } });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const appears = async (text: string): Promise<void> => {
    const deadline = Date.now() + 30_000;
    while (!printed.includes(text)) {
      if (Date.now() > deadline) throw new Error(`cog run --watch did not print ${text}.`);
      await delay(2);
    }
  };
  try {
    await appears("hello");
    const samples: number[] = [];
    for (let time = 0; time <= (quick ? 3 : 20); time += 1) {
      // As long as a person needs at least, so that one edit is not part of the one before.
      await delay(500);
      const startedAt = performance.now();
      await writeModel(folder, `text + " ${time}."`);
      await appears(`hello ${time}.`);
      if (time > 0) samples.push(performance.now() - startedAt);
    }
    return samples;
  } finally {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGINT");
    await ended;
  }
}

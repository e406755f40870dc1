/**
 * What a build costs, in time and in bytes: `cog build` as a whole command, on the Docker engine of this machine, of a
 * project with one package and a big file. Another cog, named in COG_BINARY, takes the place of the reference.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Program, programsOf } from "./commands.ts";
import type { Answer, Options, Question, Row, Side, Subject } from "./question.ts";

const execute = promisify(execFile);
const LIMIT_MS = 600_000;
const BASE = "python:3.11-slim";
const BIG_BYTES = 64 * 1024 * 1024;

/** The reference's time for a rebuild after an edit is about 1500 ms; ours may take 0.6 of it. */
const REBUILD_MS = 900;

const rows = {
  cold: { id: "P19a", what: "cog build --no-cache", unit: "ms", bars: [] },
  same: { id: "P19b", what: "cog build, nothing changed", unit: "ms", bars: [{ kind: "figure", atMost: REBUILD_MS }] },
  edit: { id: "P19c", what: "cog build, a line edited", unit: "ms", bars: [{ kind: "figure", atMost: REBUILD_MS }] },
  layers: { id: "P19d", what: "layers that an edit changes", unit: "", bars: [{ kind: "figure", atMost: 1 }] },
  bytes: { id: "P19e", what: "size of the changed layer", unit: "B", bars: [{ kind: "figure", atMost: 10_000 }] },
  clean: {
    id: "P19f",
    what: "layers that differ between two clean builds",
    unit: "",
    bars: [{ kind: "figure", atMost: 0 }],
  },
  overhead: {
    id: "P19g",
    what: "image above its base, packages and files",
    unit: "MB",
    bars: [{ kind: "figure", atMost: 130 }],
  },
} as const satisfies Record<string, Subject>;

type Samples = Record<keyof typeof rows, number[]>;

export const build: Question = {
  name: "build",
  summary: "an image: built anew, again, after an edit; what changes, and how big it is",
  run,
};

async function run(options: Options): Promise<Answer> {
  const samples = new Map<Side, Samples>();
  for (const [side, program] of programsOf(options)) {
    options.say(`building with ${program.at(-1)}`);
    samples.set(side, await measure(program, options.quick ? 2 : 7));
  }
  const table: Row[] = Object.entries(rows).map(([key, row]) => {
    const of = (side: Side) => samples.get(side)?.[key as keyof Samples] ?? [];
    return { ...row, samples: { reference: of("reference"), ours: of("ours") } };
  });
  return {
    notes: [`on ${BASE}, with a file of ${BIG_BYTES / 1024 / 1024} MB; downloads are in the builder's cache`],
    rows: table.filter(({ id }) => options.wants(id)),
  };
}

async function measure(program: Program, repeats: number): Promise<Samples> {
  const samples: Samples = { cold: [], same: [], edit: [], layers: [], bytes: [], clean: [], overhead: [] };
  const image = `cog-bench-build-${process.pid}`;
  const folder = await mkdtemp(join(tmpdir(), "cog-bench-build-"));
  const project = { program, image, folder };
  try {
    await writeProject(folder);
    await timed(project);
    samples.cold.push(await timed(project, "--no-cache"));
    const first = await layersOf(image);
    samples.cold.push(await timed(project, "--no-cache"));
    samples.clean.push(differing(first, await layersOf(image)));
    samples.overhead.push(await overheadOf(image));
    for (let time = 0; time < repeats; time += 1) {
      samples.same.push(await timed(project));
      const before = await layersOf(image);
      await writeModel(folder, `edit ${time}`);
      samples.edit.push(await timed(project));
      samples.layers.push(differing(before, await layersOf(image)));
      samples.bytes.push((await historyOf(image))[0]?.size ?? 0);
    }
    return samples;
  } finally {
    await execute("docker", ["image", "rm", "--force", image]).catch(() => undefined); // never built
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string): Promise<void> {
  const config = 'build:\n  python_version: "3.11"\n  python_requirements: requirements.txt\nrun: "run.py:Runner"\n';
  await mkdir(join(folder, "weights"));
  await Promise.all([
    writeFile(join(folder, "cog.yaml"), config),
    writeFile(join(folder, "requirements.txt"), "six==1.17.0\n"),
    writeFile(join(folder, "weights", "model.bin"), randomBytes(BIG_BYTES)),
    writeModel(folder, "first"),
  ]);
}

async function writeModel(folder: string, comment: string): Promise<void> {
  const source = "from cog import BaseRunner\n\n\nclass Runner(BaseRunner):\n    def run(self, text: str) -> str:\n";
  await writeFile(join(folder, "run.py"), `# ${comment}\n${source}        return text\n`);
}

interface BenchProject {
  readonly program: Program;
  readonly image: string;
  readonly folder: string;
}

async function timed({ program, image, folder }: BenchProject, ...flags: readonly string[]): Promise<number> {
  const [file, ...before] = program;
  const startedAt = performance.now();
  await execute(file, [...before, "build", "-t", image, ...flags], { cwd: folder, timeout: LIMIT_MS });
  return performance.now() - startedAt;
}

async function layersOf(image: string): Promise<readonly string[]> {
  const { stdout } = await execute("docker", ["image", "inspect", "--format", "{{json .RootFS.Layers}}", image]);
  return JSON.parse(stdout) as readonly string[];
}

function differing(before: readonly string[], after: readonly string[]): number {
  const longest = Math.max(before.length, after.length);
  return Array.from({ length: longest }, (_, index) => before[index] === after[index]).filter((same) => !same).length;
}

/** From the top down, as docker tells it. */
async function historyOf(image: string): Promise<readonly { readonly size: number; readonly made: string }[]> {
  const format = "{{.Size}} {{.CreatedBy}}";
  const { stdout } = await execute("docker", ["history", "--no-trunc", "--human=false", "--format", format, image]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => ({ size: Number.parseInt(line, 10), made: line }));
}

/** Everything that is neither the base's nor the user's: Node, the package, whatever else a build leaves. */
async function overheadOf(image: string): Promise<number> {
  const [whole, base] = await Promise.all([historyOf(image), historyOf(BASE)]);
  const users = whole.filter(({ made }) => / requirements\.txt|-r \/mnt\/requirements|COPY .*(src|weights)/.test(made));
  const sum = (lines: readonly { readonly size: number }[]) => lines.reduce((total, { size }) => total + size, 0);
  return (sum(whole) - sum(base) - sum(users)) / 1e6;
}

/** Performs one scenario on one engine: a fresh directory, the steps in order, and a look at what is left. */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type Outcome, pattern, problemWith } from "./compare.ts";
import { Command, leftovers, MARK, removeImages } from "./processes.ts";
import type { EngineName, Expectation, Scenario, Step } from "./scenario.ts";

const DEFAULT_LIMIT_S = 180;

export interface Surroundings {
  /** A folder with the commands `cog` and `http`. */
  readonly bin: string;
  readonly cache: string;
  readonly engine: EngineName | undefined;
  readonly docker: boolean;
}

/** Undefined when all went as written, else what did not, with what the command had to say. */
export async function perform(scenario: Scenario, surroundings: Surroundings): Promise<string | undefined> {
  const { engine, docker } = surroundings;
  const base = realpathSync(mkdtempSync(join(tmpdir(), "cog-e2e-")));
  const directory = join(base, scenario.name);
  const mark = randomUUID();
  const image = `cog-e2e-${mark.slice(0, 8)}`;
  const running = new Map<string, Command>();
  try {
    layFiles(scenario, directory);
    const [PORT = "", PORT2 = ""] = await freePorts(2);
    const variables = { PORT, PORT2, URL: `http://127.0.0.1:${PORT}`, IMAGE: image, DIR: directory };
    const env = environment(surroundings, { ...variables, [MARK]: mark });
    for (const step of scenario.steps) {
      if (step.on !== undefined && step.on !== engine) continue;
      const problem = await take(step, { running, directory, env, variables, engine });
      if (problem !== undefined) return `line ${step.line}: ${describe(step)}\n${problem}`;
    }
    for (const [name, command] of running) {
      await command.stop();
      return `"${name}" was started and never ended; close the scenario with 'end ${name}'`;
    }
    const left = await leftovers(mark, directory, docker);
    return left.length === 0 ? undefined : `left behind:\n${left.join("\n")}`;
  } finally {
    for (const command of running.values()) await command.stop();
    await leftovers(mark, directory, docker);
    if (docker && scenarioBuildsImages(scenario)) removeImages(image);
    rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Stage {
  readonly running: Map<string, Command>;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly variables: Readonly<Record<string, string>>;
  readonly engine: EngineName | undefined;
}

async function take(step: Step, stage: Stage): Promise<string | undefined> {
  const { running, directory, env } = stage;
  switch (step.kind) {
    case "run": {
      const command = new Command(step.command, { cwd: directory, env });
      return judge(await command.end(limitMs(step.expectations)), step.expectations, stage);
    }
    case "start":
      running.set(step.name, new Command(step.command, { cwd: directory, env }));
      return undefined;
    case "wait": {
      const command = started(step.name, running);
      const appeared = await command.wrote(step.stream, pattern(step.text, false), DEFAULT_LIMIT_S * 1000);
      return appeared ? undefined : `did not appear; it wrote:\n${command.written()}`;
    }
    case "signal":
      started(step.name, running).signal(step.signal);
      return undefined;
    case "end": {
      const outcome = await started(step.name, running).end(limitMs(step.expectations));
      running.delete(step.name);
      return judge(outcome, step.expectations, stage);
    }
  }
}

function started(name: string, running: ReadonlyMap<string, Command>): Command {
  const command = running.get(name);
  if (command === undefined) throw new Error(`no command named ${name} is running`);
  return command;
}

/** Without a word about the exit status a command is expected to succeed. */
function judge(
  outcome: Outcome & { late: boolean },
  expectations: readonly Expectation[],
  stage: Stage,
): string | undefined {
  const ours = expectations.filter((one) => one.on === undefined || one.on === stage.engine);
  const success: Expectation = { kind: "exit", code: 0, line: 0 };
  const all = ours.some((one) => one.kind === "exit") ? ours : [success, ...ours];
  const problems = all.map((one) => problemWith(one, outcome, stage.variables)).filter((one) => one !== undefined);
  if (outcome.late) problems.unshift(`did not end within ${limitMs(expectations) / 1000} s`);
  if (problems.length === 0) return undefined;
  return `${problems.join("\n")}\n--- exit ${outcome.exit}, stdout:\n${outcome.stdout}\n--- stderr:\n${outcome.stderr}`;
}

function limitMs(expectations: readonly Expectation[]): number {
  const within = expectations.find((one) => one.kind === "within");
  return (within?.seconds ?? DEFAULT_LIMIT_S) * 1000;
}

function describe(step: Step): string {
  switch (step.kind) {
    case "run":
      return `$ ${step.command}`;
    case "start":
      return `start ${step.name}: ${step.command}`;
    case "wait":
      return `wait ${step.name} ${step.stream}: ${step.text}`;
    case "signal":
      return `signal ${step.name} ${step.signal}`;
    case "end":
      return `end ${step.name}`;
  }
}

function layFiles(scenario: Scenario, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { path, content, encoding } of scenario.files) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, Buffer.from(content, encoding));
  }
}

/** The developer's own, less what would change cog's behaviour, plus the scenario's. */
function environment(surroundings: Surroundings, variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(COG_|BUILDKIT_PROGRESS$|NO_COLOR$|FORCE_COLOR$)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    ...variables,
    PATH: `${surroundings.bin}${delimiter}${process.env["PATH"]}`,
    COG_CACHE_DIR: surroundings.cache,
    COG_NO_UPDATE_CHECK: "1",
    ...(surroundings.engine === undefined ? {} : { COG_ENGINE: surroundings.engine }),
  };
}

function scenarioBuildsImages(scenario: Scenario): boolean {
  return scenario.steps.some((step) => "command" in step && step.command.includes("$IMAGE"));
}

async function freePorts(count: number): Promise<string[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return String(address !== null && typeof address === "object" ? address.port : 0);
  });
}

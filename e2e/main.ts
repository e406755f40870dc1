/**
 * `npm run e2e [-- name…] [--engine local|docker] [--jobs N]`: performs the scenarios with the program named by
 * COG_BINARY (default ./cog). With COG_E2E_RESULTS=FILE it also writes the counts there as JSON.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { perform } from "./perform.ts";
import { dockerAnswers } from "./processes.ts";
import { type EngineName, parseScenario, type Scenario } from "./scenario.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: "string" }, jobs: { type: "string", default: "2" } },
});

interface Run {
  readonly title: string;
  readonly scenario: Scenario;
  readonly engine: EngineName | undefined;
}

const scenarios = readdirSync(join(here, "scenarios"))
  .filter((file) => file.endsWith(".txt"))
  .map((file) => parseScenario(file.slice(0, -".txt".length), readFileSync(join(here, "scenarios", file), "utf8")))
  .filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)));
const runs = scenarios
  .flatMap((scenario): Run[] => {
    const engines = scenario.engines.length === 0 ? [undefined] : scenario.engines;
    return engines.map((engine) => ({
      scenario,
      engine,
      title: engine ? `${scenario.name} (${engine})` : scenario.name,
    }));
  })
  .filter(({ engine }) => flags.engine === undefined || engine === undefined || engine === flags.engine);

const work = mkdtempSync(join(tmpdir(), "cog-e2e-run-"));
const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const skips: string[] = [];
try {
  const docker = dockerAnswers();
  const bin = layCommands(join(work, "bin"));
  const cache = resolve(here, "../.cache/e2e");
  mkdirSync(cache, { recursive: true });
  const queue = [...runs];
  await Promise.all(Array.from({ length: Number(flags.jobs) }, worker));

  async function worker(): Promise<void> {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      const missing = absent(run, docker);
      if (missing !== undefined) {
        counts.skipped += 1;
        skips.push(`${run.title}: ${missing}`);
        console.log(`skip  ${skips.at(-1)}`);
        continue;
      }
      const started = performance.now();
      const problem = await perform(run.scenario, { bin, cache, engine: run.engine, docker }).catch(String);
      counts[problem === undefined ? "passed" : "failed"] += 1;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${problem === undefined ? "ok  " : "FAIL"}  ${run.title} (${seconds} s)`);
      if (problem !== undefined) failures.push(`e2e/scenarios/${run.scenario.name}.txt, ${run.title}, ${problem}`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

for (const failure of failures) console.log(`\nFAIL  ${failure}`);
const { passed, failed, skipped } = counts;
const resultsFile = process.env["COG_E2E_RESULTS"];
if (resultsFile === undefined)
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
else writeFileSync(resultsFile, JSON.stringify({ ...counts, failures, skips }));
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** Why this machine cannot perform the run, if it cannot. */
function absent({ scenario, engine }: Run, docker: boolean): string | undefined {
  if (engine === "docker" && !docker) return "no Docker engine answers on this machine";
  const program = scenario.needs.find((name) => !onPath(name, docker));
  return program === undefined ? undefined : `${program} is not on this machine`;
}

function onPath(program: string, docker: boolean): boolean {
  if (program === "docker") return docker;
  if (program === "registry") return process.env["TEST_REGISTRY"] !== undefined;
  if (program === "redis") return process.env["TEST_REDIS"] !== undefined;
  if (program === "s3") return process.env["TEST_S3"] !== undefined;
  try {
    execFileSync("sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The commands a scenario can use beside those of the machine. */
function layCommands(bin: string): string {
  mkdirSync(bin);
  const cog = resolve(process.env["COG_BINARY"] ?? join(here, "../cog"));
  const commands = {
    cog: `exec '${cog}' "$@"`,
    http: `exec '${process.execPath}' '${join(here, "bin/http.mjs")}' "$@"`,
  };
  for (const [name, line] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

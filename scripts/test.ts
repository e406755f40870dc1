/**
 * `npm test`: the unit tests of TypeScript and Python, then the end-to-end scenarios. All parts run whatever the
 * others say; the last line is `N passed, N failed` (and `, N skipped`) of all together.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pythonEnvironment } from "./python/environment.ts";
import { at, root } from "./repository.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  /** What was skipped, and why where that is known. */
  readonly skips: readonly string[];
}

interface Part {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly results: string;
  readonly read: (text: string) => Counts;
}

const work = mkdtempSync(join(tmpdir(), "cog-test-"));
const file = (name: string) => join(work, name);

const PARTS: readonly Part[] = [
  {
    name: "TypeScript units",
    command: [
      bin("vitest"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file("vitest.json")}`,
    ],
    results: file("vitest.json"),
    read: readVitest,
  },
  {
    name: "Python units",
    command: [join(pythonEnvironment("test"), "python"), "-m", "pytest", "-q", "-p", "counts", "python/tests"],
    env: { PYTHONPATH: at("scripts/python"), COG_PYTEST_RESULTS: file("pytest.json") },
    results: file("pytest.json"),
    read: (text) => JSON.parse(text) as Counts,
  },
  {
    name: "end-to-end scenarios",
    command: [process.execPath, "--import", "tsx", "e2e/main.ts"],
    env: { COG_E2E_RESULTS: file("e2e.json") },
    results: file("e2e.json"),
    read: (text) => JSON.parse(text) as Counts,
  },
];

try {
  const all: Counts[] = [];
  for (const part of PARTS) {
    console.log(`\n== ${part.name}`);
    all.push(await perform(part));
  }
  close(all);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A part that ends badly without a failed test (it could not start, it crashed) counts as one failure. */
async function perform({ name, command: [program = "", ...args], env, results, read }: Part): Promise<Counts> {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const status = await new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => resolve(code ?? 1));
  });
  const counts = readCounts(results, read);
  if (counts === undefined || (status !== 0 && counts.failed === 0)) {
    const failure = `${name}: ended with status ${status}; its output is above`;
    return {
      passed: counts?.passed ?? 0,
      failed: 1,
      skipped: counts?.skipped ?? 0,
      failures: [failure],
      skips: counts?.skips ?? [],
    };
  }
  return counts;
}

function readCounts(path: string, read: (text: string) => Counts): Counts | undefined {
  try {
    return read(readFileSync(path, "utf8"));
  } catch {
    return undefined; // the part did not come as far as writing its results
  }
}

function close(all: readonly Counts[]): void {
  const sum = (key: "passed" | "failed" | "skipped") => all.reduce((total, counts) => total + counts[key], 0);
  const shortened = (texts: readonly string[]) =>
    texts.map((text) => `  ${text.split("\n", 2).join(" — ")}`).join("\n");
  const skips = all.flatMap((counts) => counts.skips);
  const failures = all.flatMap((counts) => counts.failures);
  if (skips.length > 0) console.log(`\nNot run on this machine:\n${shortened(skips)}`);
  if (failures.length > 0) console.log(`\nFailed:\n${shortened(failures)}`);
  const skipped = sum("skipped");
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = sum("failed") > 0 ? 1 : 0;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function readVitest(text: string): Counts {
  const { numPassedTests, testResults } = JSON.parse(text) as VitestReport;
  const withStatus = (result: (typeof testResults)[number], ...statuses: readonly string[]) =>
    result.assertionResults
      .filter((test) => statuses.includes(test.status))
      .map((test) => `${relative(root, result.name)}: ${test.fullName}`);
  const failures = testResults.flatMap((result) => {
    const failed = withStatus(result, "failed");
    // A file that cannot be loaded has failed without a single test.
    const unloadable = failed.length === 0 && result.status === "failed";
    return unloadable ? [`${relative(root, result.name)}: could not be loaded`] : failed;
  });
  const skips = testResults.flatMap((result) => withStatus(result, "pending", "skipped", "todo"));
  return { passed: numPassedTests, failed: failures.length, skipped: skips.length, failures, skips };
}

function bin(tool: string): string {
  return at("node_modules/.bin", tool);
}

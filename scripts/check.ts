/**
 * `npm run check`: every check that needs no running model. All of them run, so that one look shows all that is
 * wrong; the exit status is that of the worst.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pythonEnvironment } from "./python/environment.ts";
import { at, root } from "./repository.ts";
import { say } from "./say.ts";

/** The first mistakes are enough to begin with. */
const MOST_LINES = 60;

const python = pythonEnvironment("check");

const CHECKS = [
  { name: "format and lint", command: [node("biome"), "check", "--error-on-warnings"] },
  { name: "types", command: [node("tsc"), "-b"] },
  { name: "import rules, version, links", command: [node("vitest"), "run", "--reporter=dot", "scripts/rules"] },
  { name: "Python lint", command: [join(python, "ruff"), "check", "python"] },
  { name: "Python format", command: [join(python, "ruff"), "format", "--check", "python"] },
  { name: "Python types", command: [join(python, "mypy"), "--config-file", "python/pyproject.toml", "python/src"] },
] as const;

const failed: string[] = [];
for (const { name, command } of CHECKS) {
  const { ok, output, seconds } = await run(command);
  say(`${ok ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  if (ok) continue;
  failed.push(name);
  say(beginning(output.trimEnd(), command));
}
if (failed.length > 0) {
  say(`${failed.length} of ${CHECKS.length} checks failed: ${failed.join("; ")}`);
  process.exitCode = 1;
}

function beginning(output: string, command: readonly string[]): string {
  const lines = output.split("\n");
  if (lines.length <= MOST_LINES) return output;
  const shown = command.map((word) => word.replace(root, "")).join(" ");
  return `${lines.slice(0, MOST_LINES).join("\n")}\n… ${lines.length - MOST_LINES} more lines; all of them: ${shown}`;
}

function node(tool: string): string {
  return at("node_modules/.bin", tool);
}

async function run([command = "", ...args]: readonly string[]): Promise<{
  ok: boolean;
  output: string;
  seconds: number;
}> {
  const started = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const ok = await new Promise<boolean>((resolve) => {
    child.once("error", (error) => {
      output += error.message;
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
  return { ok, output, seconds: (performance.now() - started) / 1000 };
}

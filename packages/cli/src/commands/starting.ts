/** Writes the starter files of `cog init` beside what is there. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Reporter } from "#report";
import { type StarterChoice, starterFiles } from "./starter-files.ts";

export interface StartingOptions {
  readonly template: string;
  readonly oldEra: boolean;
  readonly directory: string;
  readonly workingDirectory: string;
  readonly report: Reporter;
}

export function writeStarterFiles({ template, oldEra, directory, workingDirectory, report }: StartingOptions): void {
  const root = resolve(workingDirectory, directory);
  const entry = existingModel(root);
  const files = starterFiles({
    template: template as StarterChoice["template"], // checked with the flags
    oldEra: oldEra || entry?.startsWith("predict.py") === true,
    pythonVersion: pythonVersionOf(root),
    ...(entry !== undefined && { entry }),
  });
  for (const { path, text } of files) {
    const target = join(root, path);
    if (existsSync(target)) {
      report.info(`Skipped existing ${path}`);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    report.info(`Creating ${path}`);
  }
  report.info("Done. Run the model with: cog run");
}

/** A model class that is there already: cog.yaml shall name it. */
function existingModel(root: string): string | undefined {
  for (const module of ["run.py", "predict.py"]) {
    const path = join(root, module);
    const name = existsSync(path) ? /^class (\w+)\s*[(:]/m.exec(readFileSync(path, "utf8"))?.[1] : undefined;
    if (name !== undefined) return `${module}:${name}`;
  }
  return undefined;
}

function pythonVersionOf(root: string): string {
  const file = join(root, ".python-version");
  const version = existsSync(file) ? /^3\.\d+/.exec(readFileSync(file, "utf8").trim())?.[0] : undefined;
  return version ?? "3.13";
}

/** `cog init`: writes the starter files beside what is there, and over none of it. */
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemReasonOf, UserError } from "@cog/core/errors";
import type { CommandContext } from "./command.ts";
import { existingProject } from "./existing-project.ts";
import type { InitFlags } from "./init.ts";
import { starterFiles } from "./starter-files.ts";
import { TEMPLATES } from "./starter-models.ts";

export async function startProject(
  flags: InitFlags,
  directory: string,
  { workingDirectory, report, stdout }: CommandContext,
): Promise<void> {
  const root = resolve(workingDirectory, directory);
  const existing = await existingProject(root, report);
  const { model } = existing;
  if (model !== undefined && flags.template !== undefined)
    report.warn(`--template is not used: there is a model already, ${model.reference}`);
  const files = starterFiles({
    ...existing,
    template: TEMPLATES.find((name) => name === flags.template) ?? TEMPLATES[0],
    oldEra: model === undefined ? flags.predict : model.key === "predict",
  });
  const created: string[] = [];
  const skipped: string[] = [];
  for (const { path, text } of files) {
    const isThere = existsSync(join(root, path));
    (isThere ? skipped : created).push(path);
    if (!isThere) write(join(root, path), text);
    report.info(isThere ? `Skipped existing ${path}` : `Creating ${path}`);
  }
  const script = skipped.find((path) => model === undefined && /^(run|predict)\.py$/.test(path));
  if (script !== undefined && created.includes("cog.yaml"))
    report.warn(`${script} has no class with a run() method yet; cog.yaml names the one that it shall have`);
  if (flags.json) {
    stdout.write(
      `${JSON.stringify({ directory: root, created, skipped, model: model?.reference ?? null }, null, 2)}\n`,
    );
    return;
  }
  if (model !== undefined && created.includes("cog.yaml"))
    report.info(`cog.yaml names the model that is there: ${model.reference}`);
  const where = directory === "." ? "" : `cd ${directory} && `;
  report.info(model === undefined ? `Run it: ${where}cog run` : `See what it takes: ${where}cog run --inputs`);
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Made by somebody else since we looked: it stays theirs.
    const file = openSync(path, "wx");
    try {
      writeFileSync(file, text);
    } catch (error) {
      // Half a file would be taken for one that was there.
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UserError("init.not_written", `Cannot write ${path}: ${systemReasonOf(error)}`, { cause: error });
  }
}

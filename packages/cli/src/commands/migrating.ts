/** `cog migrate`: each step is shown, asked about, and taken in a draft; at the end all is written, or nothing. */
import { relative } from "node:path";
import { CogError, UserError } from "@cog/core/errors";
import { type Change, Draft, type MigrationStep, migrationSteps, openSubject, type Surroundings } from "#doctor";
import { canAsk, confirm } from "#ui";
import type { CommandContext } from "./command.ts";
import { localSettings } from "./engine.ts";
import type { MigrateFlags } from "./migrate.ts";

export async function migrateProject(flags: MigrateFlags, context: CommandContext): Promise<void> {
  const { settings, report, signal, workingDirectory, stdout } = context;
  const asks = !flags.y && !flags["dry-run"];
  if (asks && !canAsk()) {
    throw new UserError("migrate.no_terminal", "cannot ask about each step: this is no terminal", {
      hint: "Use -y to take all steps, or --dry-run to look at them.",
    });
  }
  const surroundings: Surroundings = {
    workingDirectory,
    file: flags.file,
    local: localSettings(settings),
    skipDocker: true,
    skipGpu: true,
    report,
    signal,
  };
  const draft = new Draft();
  for (const step of migrationSteps) await take(step, { surroundings, draft, flags, asks }, context);
  const { directory } = await openSubject(surroundings, draft);
  if (draft.changes.length === 0) {
    report.info("Nothing was changed");
  } else if (flags["dry-run"]) {
    stdout.write(await diffOf(draft.changes, directory));
  } else {
    draft.commit();
    for (const { path, after } of draft.changes)
      report.info(`${after === undefined ? "Removed" : "Wrote"} ${relative(directory, path)}`);
  }
}

interface Going {
  readonly surroundings: Surroundings;
  readonly draft: Draft;
  readonly flags: MigrateFlags;
  readonly asks: boolean;
}

/** Sees what the steps before it did. */
async function take(step: MigrationStep, going: Going, { report, signal }: CommandContext): Promise<void> {
  const { surroundings, draft, flags, asks } = going;
  const subject = await openSubject(surroundings, draft);
  if (subject.config instanceof CogError) throw subject.config;
  const { problems } = subject.config.parsed;
  if (problems.length > 0)
    throw new UserError("config.invalid", problems.map(({ message }) => message).join("\n"), { several: problems });
  const plan = step.plan(subject);
  if (plan.kind === "nothing") return;
  if (plan.kind === "refused") {
    report.warn(`Left as it is: ${plan.because}`);
    return;
  }
  report.info(plan.what);
  for (const { file, line, column } of plan.places)
    report.info(`  ${[file, line, column].filter((part) => part !== undefined).join(":")}`);
  const isOffered = step.id === "predict-to-run" && !flags["to-run"];
  if (asks ? await confirm(`${plan.what}?`, { initial: true, signal }) : !isOffered) plan.apply();
  else if (isOffered) report.info("  not done: --to-run does it");
}

async function diffOf(changes: readonly Change[], directory: string): Promise<string> {
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const patches = changes.map(({ path, before, after }) => {
    const name = relative(directory, path);
    const from = before === undefined ? "/dev/null" : `a/${name}`;
    const to = after === undefined ? "/dev/null" : `b/${name}`;
    return createTwoFilesPatch(from, to, before ?? "", after ?? "", undefined, undefined, {
      context: 3,
      headerOptions: FILE_HEADERS_ONLY,
    });
  });
  return patches.join("");
}

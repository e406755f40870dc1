/** `cog ps`, `cog stop` and `cog logs`. */
import { UserError } from "@cog/core/errors";
import { followLog } from "#engines";
import type { CommandContext } from "./command.ts";
import { chosenModels, type RunningOne, runningModels } from "./running.ts";
import { ageText, tableText } from "./table.ts";

const HEAD = ["ID", "PROJECT", "ENGINE", "STATUS", "URL", "UP"];

export async function listRunning(json: boolean, context: CommandContext): Promise<number> {
  const { stdout, report } = context;
  const models = await runningModels(context);
  if (json) stdout.write(`${JSON.stringify({ models: models.map(asJson) }, null, 2)}\n`);
  else if (models.length === 0) report.info("No model is up. 'cog run --keep' leaves one up.");
  else stdout.write(tableText(HEAD, models.map(asRow)));
  return 0;
}

export interface StopOptions {
  readonly id: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
}

export async function stopRunning({ id, all, json }: StopOptions, context: CommandContext): Promise<number> {
  const { stdout, report } = context;
  const chosen = await (all ? runningModels(context) : chosenModels(id, context));
  await Promise.all(chosen.map((one) => one.stop()));
  if (json) stdout.write(`${JSON.stringify({ stopped: chosen.map((one) => one.id) })}\n`);
  else if (chosen.length === 0) report.info(all ? "No model is up." : "No model of this project is up.");
  else for (const one of chosen) report.info(`Stopped ${one.id}`);
  return 0;
}

export interface LogFlags {
  readonly id: string | undefined;
  readonly follow: boolean;
  readonly json: boolean;
}

export async function printLog({ id, follow, json }: LogFlags, context: CommandContext): Promise<number> {
  const { stdout, signal } = context;
  const [one, another] = await chosenModels(id, context);
  if (one === undefined)
    throw new UserError("running.none", "No model of this project is up.", { hint: "'cog ps' lists those that are." });
  if (another !== undefined)
    throw new UserError(
      "running.ambiguous",
      `Several models of this project are up: say which, ${one.id} or ${another.id}`,
    );
  let rest = "";
  const asLines = (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) stdout.write(`${JSON.stringify({ id: one.id, line })}\n`);
  };
  await followLog(one.place, { follow, signal, onText: json ? asLines : (text) => stdout.write(text) });
  if (rest !== "") asLines("\n");
  signal.throwIfAborted();
  return 0;
}

function asRow({ id, project, engine, status, url, startedAt }: RunningOne): readonly string[] {
  return [id, project ?? "-", engine, status, url ?? "-", ageText(startedAt)];
}

function asJson({ id, command, engine, project, status, url, startedAt, idleSeconds }: RunningOne): object {
  return { id, command, engine, project, status, url, started_at: startedAt, idle_timeout: idleSeconds };
}

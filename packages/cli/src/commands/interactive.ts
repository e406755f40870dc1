/** `cog run --interactive`: asks for each input by what the model says of it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@cog/core/errors";
import { jsonText } from "@cog/core/json";
import { describeInput, type InputField } from "@cog/core/schema";
import { ask, askSecret, canAsk, choose, confirm } from "#ui";
import type { CommandContext } from "./command.ts";

/** Said before an image is pulled to see what there is to ask. */
export function mustBeAbleToAsk(): void {
  if (canAsk()) return;
  throw new UserError("interactive.no_terminal", "--interactive needs a terminal to ask on.", {
    hint: "Give the inputs with -i; 'cog run --inputs' lists them.",
  });
}

/** As `-i NAME=VALUE`, the given ones first; what is left at its default is not among them. */
export async function askForInputs(
  inputs: readonly InputField[],
  given: readonly string[],
  context: CommandContext,
): Promise<readonly string[]> {
  const named = new Set(given.map((one) => one.split("=")[0]));
  const answers: string[] = [];
  for (const field of inputs.filter(({ name }) => !named.has(name))) {
    const answer = await askFor(field, context);
    if (answer !== undefined) answers.push(`${field.name}=${answer}`);
  }
  return [...given, ...answers];
}

async function askFor(field: InputField, { signal, workingDirectory }: CommandContext): Promise<string | undefined> {
  const { name, type, default: initial, choices, required } = field;
  const question = `${name} (${describeInput(field)})${field.description ? `: ${field.description}` : ""}`;
  if (choices !== undefined && choices.length > 0) {
    const picked = await choose(question, choices.map(String), {
      signal,
      ...(initial != null && { initial: String(initial) }),
    });
    return picked === String(initial) ? undefined : picked;
  }
  if (type.kind === "boolean" && (required || typeof initial === "boolean")) {
    const yes = await confirm(question, { initial: initial === true, signal });
    return yes === initial ? undefined : String(yes);
  }
  const isFile = type.kind === "path" || type.kind === "file";
  const check = (text: string): string | undefined => {
    if (text === "") return required && type.kind !== "string" ? "It is required" : undefined;
    return isFile && !isAddress(text) && !existsSync(resolve(workingDirectory, text.replace(/^@/, "")))
      ? "There is no such file"
      : undefined;
  };
  const answer = await (type.kind === "secret" ? askSecret : ask)(question, {
    signal,
    check,
    ...(initial != null && { placeholder: typeof initial === "string" ? initial : jsonText(initial) }),
  });
  if (answer === "" && !(required && type.kind === "string")) return undefined;
  return isFile && !isAddress(answer) && !answer.startsWith("@") ? `@${answer}` : answer;
}

function isAddress(text: string): boolean {
  return /^(https?|data):/.test(text);
}

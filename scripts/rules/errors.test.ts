import { readdirSync, readFileSync } from "node:fs";
import { ERROR_CODES, NEXT_STEPS } from "@cog/core/errors";
import { expect, test } from "vitest";
import { at } from "../repository.ts";

const sources = ["core", "cli", "server"].flatMap((name) =>
  readdirSync(at("packages", name, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith("codes.ts"))
    .map((path) => ({ path: `${name}/${path}`, text: readFileSync(at("packages", name, "src", path), "utf8") })),
);

test("every code in the table is one that something fails with", () => {
  const text = sources
    .filter(({ path }) => !path.endsWith("next-steps.ts"))
    .map((source) => source.text)
    .join("\n");
  // A push that is refused takes the second half from what the registry said.
  const used = (code: string) =>
    text.includes(`"${code}"`) || (/^push\.(unauthorized|denied)$/.test(code) && text.includes("`push.${"));
  expect(Object.keys(ERROR_CODES).filter((code) => !used(code))).toEqual([]);
});

/** Its message is the command to try. */
const SAY_IT_THEMSELVES = ["push.no_target"];

test("every error of the command line says what to do next", () => {
  const isTold = (words: string) =>
    /\b(hint|details|several|first)\b/.test(words) ||
    [...Object.keys(NEXT_STEPS), ...SAY_IT_THEMSELVES].some((code) => words.trimStart().startsWith(`"${code}"`));
  const silent = sources
    .filter(({ path }) => path.startsWith("cli/"))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/new (?:CogError|UserError|UnavailableError)\(/g)].flatMap(({ index, 0: start }) => {
        const words = argumentsAt(text, index + start.length);
        return isTold(words) ? [] : [`${path}: ${words.trim()}`];
      }),
    );
  expect(silent).toEqual([]);
});

/** Up to the parenthesis that closes the call. */
function argumentsAt(text: string, from: number): string {
  let depth = 1;
  let to = from;
  while (depth > 0 && to < text.length) {
    if (text[to] === "(") depth += 1;
    if (text[to] === ")") depth -= 1;
    to += 1;
  }
  return text.slice(from, to - 1);
}

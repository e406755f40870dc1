/** Compares what a command did with what a scenario expects. Pure; returns what is wrong, or nothing. */
import { isDeepStrictEqual } from "node:util";
import type { Expectation } from "./scenario.ts";

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param variables values of `$PORT` and the like, which expectations may name */
export function problemWith(
  expectation: Expectation,
  outcome: Outcome,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  switch (expectation.kind) {
    case "within":
      return undefined; // a limit, watched while the command ran
    case "exit": {
      const { code } = expectation;
      const good = code === "not 0" ? outcome.exit !== 0 : outcome.exit === code;
      return good ? undefined : `expected exit ${code}, got ${outcome.exit}`;
    }
    case "is":
    case "has":
    case "lacks":
    case "json": {
      const wanted = expectation.text.replace(/\$([A-Z][A-Z0-9_]*)/g, (word, name: string) => variables[name] ?? word);
      return problemWithText(expectation.kind, expectation.stream, outcome[expectation.stream], wanted);
    }
  }
}

function problemWithText(
  kind: "is" | "has" | "lacks" | "json",
  stream: string,
  text: string,
  wanted: string,
): string | undefined {
  switch (kind) {
    case "is":
      return pattern(`${wanted}`, true).test(text.replace(/\n+$/, "")) ? undefined : `${stream} is not:\n${wanted}`;
    case "has":
      return pattern(wanted, false).test(text) ? undefined : `${stream} lacks: ${wanted}`;
    case "lacks":
      return pattern(wanted, false).test(text) ? `${stream} has: ${wanted}` : undefined;
    case "json":
      return jsonProblem(stream, text, wanted);
  }
}

/** `<...>` stands for anything in a line, `<number>` for a number, a line of `...` for any lines. */
export function pattern(wanted: string, whole: boolean): RegExp {
  const source = wanted
    .split("\n")
    .map((line, index) => {
      if (line.trim() === "..." && whole) return index === 0 ? "(?:.*\\n)*?.*" : "(?:\\n.*)*";
      const escaped = line
        .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
        .replaceAll("<\\.\\.\\.>", "[^\\n]*?")
        .replaceAll("<number>", "-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?");
      return index === 0 ? escaped : `\\n${escaped}`;
    })
    .join("");
  return new RegExp(whole ? `^${source}$` : source);
}

function jsonProblem(stream: string, text: string, wanted: string): string | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return `${stream} is not JSON`;
  }
  return includes(found, JSON.parse(wanted)) ? undefined : `${stream} does not include ${wanted}`;
}

/** Objects may have more members than expected; all else must be equal. `"<...>"` stands for any value. */
export function includes(found: unknown, wanted: unknown): boolean {
  if (wanted === "<...>") return found !== undefined;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((one, index) => includes(found[index], one))
    );
  }
  if (wanted !== null && typeof wanted === "object") {
    if (found === null || typeof found !== "object") return false;
    const members = found as Readonly<Record<string, unknown>>;
    return Object.entries(wanted).every(([key, value]) => includes(members[key], value));
  }
  return isDeepStrictEqual(found, wanted);
}

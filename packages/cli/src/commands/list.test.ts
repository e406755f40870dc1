/** What holds for every command, also for those that are still to come. */
import { describe, expect, test } from "vitest";
import type { AnyCommand, Flag } from "./command.ts";
import { globalFlags } from "./global-flags.ts";
import { commands } from "./list.ts";
import { parseCall } from "./parse.ts";

/** Words as a shell makes them, as far as examples need it. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ""));
}

function named(line: readonly string[]): AnyCommand | undefined {
  const [first = "", second = ""] = line;
  return commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
}

const examples = commands.flatMap(({ examples }) => examples.map(({ command }) => command));

test.each(examples.filter((line) => line.startsWith("cog ")))("the example works as written: %s", (line) => {
  const [, ...typed] = words(line.split(/ [|>&] | >/)[0] ?? "");
  const command = named(typed);
  if (command === undefined) throw new Error("no such command");
  expect(() => parseCall(command, typed.slice(command.name.split(" ").length))).not.toThrow();
});

describe.each(commands.map((command) => [command.name, command] as const))("cog %s", (name, command) => {
  const flags = Object.entries<Flag>(command.flags);

  test("says what it is for, in one line, with an example where it takes words", () => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
    if (flags.length > 0 && name !== "version") expect(command.examples.length).toBeGreaterThan(0);
  });

  test("has flags that are described and do not get in each other's way", () => {
    for (const [flag, { summary }] of flags) expect(summary, flag).toMatch(/^[A-Z].*[^.]$/);
    const letters = [...flags, ...Object.entries<Flag>(globalFlags)].flatMap(([, { short }]) => short ?? []);
    expect(letters).toEqual([...new Set(letters)]);
    // A command may not change what a global flag means.
    expect(flags.map(([flag]) => flag).filter((flag) => flag in globalFlags && flag !== "registry")).toEqual([]);
  });
});

import { expect, test } from "vitest";
import { perform } from "./perform.ts";
import { parseScenario } from "./scenario.ts";

/** Performs the text with nothing but the machine's own commands. */
function performed(text: string): Promise<string | undefined> {
  const surroundings = { bin: "/nonexistent", cache: "/nonexistent", engine: undefined, docker: false };
  return perform(parseScenario("example", text), surroundings);
}

test("a story that goes as written has no problem", async () => {
  const text = `
start server: echo up >&2; trap 'echo bye; exit 3' TERM; while :; do sleep 0.05; done
wait server stderr: up
$ cat note.txt; echo "on $PORT" >&2
stdout: hello
stderr has: on $PORT
signal server TERM
end server
stdout: bye
exit: 3
== note.txt
hello
`;
  expect(await performed(text)).toBeUndefined();
});

test.each([
  ["an unexpected status", "$ exit 4", /line 1: \$ exit 4\nexpected exit 0, got 4/],
  ["another output", "$ echo a\nstdout: b", /stdout is not:\nb/],
  ["a command that takes too long", "$ sleep 60\nwithin: 1 s\nexit: 137", /did not end within 1 s/],
  [
    "a text that never comes",
    "start one: echo no\nwait one stdout: yes",
    /line 2: wait one stdout: yes\ndid not appear/,
  ],
  ["a process that stays", "$ sleep 61 >/dev/null 2>&1 &", /left behind:\nprocess \d+: sleep 61/],
  ["a command nobody ends", "start one: sleep 62", /"one" was started and never ended/],
])("%s is a problem", async (_, text, problem) => {
  expect(await performed(text)).toMatch(problem);
});

/** Completion as it happens: a key pressed in a real bash, zsh and fish. PowerShell asks the same question. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { COG } from "../../testing/cog-process.ts";
import { Terminal } from "../../testing/terminal.ts";

let directory = "";
let env: Readonly<Record<string, string>> = {};
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-completion-"));
  mkdirSync(join(directory, "bin"));
  mkdirSync(join(directory, "photos"));
  const launcher = join(directory, "bin", "cog");
  writeFileSync(launcher, `#!/bin/sh\nexec ${COG.map((word) => `"${word}"`).join(" ")} "$@"\n`);
  chmodSync(launcher, 0o755);
  writeFileSync(join(directory, "photos", "cat.png"), "");
  writeFileSync(join(directory, "cog.yaml"), 'build: {python_version: "3.11"}\nrun: run.py:Runner\n');
  writeFileSync(
    join(directory, "run.py"),
    "from cog import BaseRunner, Path\n\nclass Runner(BaseRunner):\n    def run(self, image: Path, prompt: str) -> str:\n        return prompt\n",
  );
  env = {
    PATH: `${join(directory, "bin")}${delimiter}${process.env["PATH"]}`,
    HOME: directory,
    PS1: "> ",
    PROMPT: "> ",
  };
});
afterAll(() => rmSync(directory, { recursive: true }));

const ROWS = [
  ["a command", "cog comp", "cog completion"],
  ["a flag", "cog serve --upload-", "cog serve --upload-url"],
  ["a value of a few", "cog run --engine=loc", "cog run --engine=local"],
  ["an input of the project's model", "cog run -i pro", "cog run -i prompt="],
  ["an input after short flags in one word", "cog run -qi pro", "cog run -qi prompt="],
  ["the path of an input's file", "cog run -i image=@pho", "cog run -i image=@photos/"],
  ["a file in a folder", "cog run -i image=@photos/c", "cog run -i image=@photos/cat.png"],
  ["a topic", "cog help outp", "cog help outputs"],
  ["a global flag before the command", "cog --engine docker comp", "cog --engine docker completion"],
] as const;

const SHELLS = [
  { name: "bash", command: ["bash", "--norc", "-i"], ready: "source <(cog completion bash); echo re''ady" },
  {
    name: "zsh",
    command: ["zsh", "-f", "-i"],
    ready: "autoload -U compinit; compinit -u -D; source <(cog completion zsh); echo re''ady",
  },
  {
    name: "fish",
    command: ["fish", "--no-config", "-i"],
    ready:
      "function fish_prompt; echo '> '; end; set -g fish_autosuggestion_enabled 0; cog completion fish | source; echo re''ady",
  },
] as const;

describe.each(SHELLS)("$name", ({ name, command, ready }) => {
  // Without the shell there is nothing to press the key in; the report names what did not run.
  const there = spawnSync(name, ["-c", "exit 0"]).status === 0;

  test.runIf(there)("completes what is begun", { timeout: 120_000 }, async () => {
    const shell = new Terminal(command, { cwd: directory, env, columns: 200 });
    onTestFinished(() => shell.hangUp());
    shell.type(`${ready}\n`);
    await shell.shows(/^ready/m);
    for (const [, typed, completed] of ROWS) {
      const from = shell.raw.length;
      // Home, End: what the line became is an argument of echo, however the shell drew it.
      shell.type(`${typed}\t\u0001echo "[\u0005]"\n`);
      await shell.shows(/^\[.*\]\r?$/m, from);
      // Zsh takes the space after a whole word back when the next key is no text.
      expect(/^\[(.*?) ?\]\r?$/m.exec(shell.text.slice(-400).split("echo").at(-1) ?? "")?.[1]).toBe(completed);
    }
    shell.type("exit\n");
    expect(await shell.end()).toBe(0);
  });
});

/** What its script hands over: the words before the cursor, and the one that is begun after an equals sign. */
describe("PowerShell", () => {
  test("is told whom to ask", () => {
    const script = execFileSync(join(directory, "bin", "cog"), ["completion", "powershell"], { encoding: "utf8" });
    expect(script).toContain("Register-ArgumentCompleter -Native -CommandName cog");
    expect(script).toContain('& $words[0] __complete "=$wordToComplete" @before');
  });

  test.each(ROWS)("is offered %s", (_, typed, completed) => {
    const [begun = "", ...before] = typed.split(" ").slice(1).reverse();
    const offered = asked([`=${begun}`, ...before.reverse()]).split("\n");
    expect(offered.map((line) => line.split("\t")[0])).toContain(completed.split(" ").at(-1));
  });
});

test.each([
  [["=--en", "serve"], "--env\tEnvironment variable"],
  [["=", "exec", "-e"], ""],
  [["=", "exec", "python", "-c"], "cog.yaml\n"],
  [["=~/ph", "run", "-o"], "~/photos/\n"],
  [["=", "completion"], "bash\nzsh\nfish\npowershell\n"],
  [["=", "init", "--template"], "image\ntext\nllm\ntrain\n"],
  [["=x", "bogus"], ""],
])("asked for %j", (words, answer) => {
  const printed = asked(words);
  if (answer === "") expect(printed).toBe("");
  else expect(printed).toContain(answer);
});

function asked(words: readonly string[]): string {
  return execFileSync(join(directory, "bin", "cog"), ["__complete", ...words], {
    cwd: directory,
    env: { ...env },
    encoding: "utf8",
  });
}

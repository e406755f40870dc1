import { expect, test } from "vitest";
import { refusalOf } from "../testing/refusal.ts";
import { type AnyCommand, defineCommand } from "./command.ts";
import { commands } from "./list.ts";
import { parseCall } from "./parse.ts";
import { predictionFlags } from "./prediction-flags.ts";

const run: AnyCommand = defineCommand({
  name: "run",
  summary: "",
  arguments: { usage: "[IMAGE]", least: 0, most: 1 },
  flags: { ...predictionFlags, "no-cache": { summary: "" } },
  examples: [],
  run: async () => 0,
});
const parse = (...argv: string[]) => parseCall(run, argv);

test.each([["--output", "x.png"], ["--output=x.png"], ["-o", "x.png"], ["-ox.png"], ["-o=x.png"]])(
  "a value may be spelled %s %s",
  (...argv) => {
    expect(parse(...argv).flags["output"]).toBe("x.png");
  },
);

test.each([
  ["--debug", true],
  ["--debug=true", true],
  ["--debug=T", true],
  ["--debug=1", true],
  ["--debug=false", false],
  ["--debug=f", false],
  ["--debug=0", false],
])("a switch may be spelled %s", (word, value) => {
  expect(parse(word).flags["debug"]).toBe(value);
});

test.each([["-qi", "s=a"], ["-qis=a"], ["-qi=s=a"], ["-q", "-i", "s=a"]])(
  "short flags in one word: %s %s",
  (...argv) => {
    expect(parse(...argv)).toMatchObject({ flags: { quiet: true, input: ["s=a"] }, args: [] });
  },
);

test("values keep order, commas, equals signs and dashes", () => {
  expect(parse("-i", "a=1,2", "-ib=x=y", "--input", "c=-3").flags["input"]).toEqual(["a=1,2", "b=x=y", "c=-3"]);
});

test("a value that is not taken is shown without the credentials in it", () => {
  const status = commands.find(({ name }) => name === "queue status") ?? run;
  const refused = refusalOf(() => parseCall(status, ["--queue=q", "--redis-url=http://me:hunter2@h"]));
  expect(refused.message).toContain('invalid argument "http://****@h" for --redis-url: expected an address');
});

test("flags named no-… are no opposites", () => {
  expect(parse("--no-cache").flags).toMatchObject({ "no-cache": true });
  expect(parse("--no-stream").flags).toMatchObject({ "no-stream": true, stream: false });
  expect(parse().flags).toMatchObject({ "no-cache": false, "no-stream": false });
});

test("--json takes a value only where the next word is one", () => {
  expect(parse("--json", "-o", "r.json").flags).toMatchObject({ json: "", output: "r.json" });
  expect(parse("--json", '{"a":1}').flags["json"]).toBe('{"a":1}');
  expect(parse("--json", "-").flags["json"]).toBe("-");
  expect(parse("--json", "my-model")).toMatchObject({ flags: { json: "" }, args: ["my-model"] });
  expect(parse().flags["json"]).toBeUndefined();
});

test("defaults, and what is not given", () => {
  expect(parse("model").flags).toMatchObject({
    file: "cog.yaml",
    input: [],
    "setup-timeout": "300",
    output: undefined,
  });
  expect(parse("--", "-i").args).toEqual(["-i"]);
});

test.each([
  [["--bogus"], "unknown flag: --bogus"],
  [["--inptu", "a=1"], "unknown flag: --inptu", "Did you mean --input?"],
  [["--setup"], "unknown flag: --setup", "Did you mean --setup-timeout?"],
  [["-i"], "flag needs an argument: -i"],
  [["-qi"], "flag needs an argument: -i in -qi"],
  [["-qz"], "unknown flag: -z in -qz"],
  [["-zq"], "unknown flag: -zq"],
  [["-q=maybe"], 'invalid argument "maybe" for -q'],
  // Not -d, -e and bug.
  [["-debug"], "unknown flag: -debug", "Did you mean --debug?"],
  [["-input=s=a"], "unknown flag: -input", "Did you mean --input?"],
  [["--debug=maybe"], "--debug"],
  [["--setup-timeout", "soon"], "setup-timeout"],
  [["--setup-timeout", "-1"], "setup-timeout"],
  [["--setup-timeout", "https://ada:hush@h.test"], 'invalid argument "https://****@h.test"'],
  [["--gpus", "zz"], 'invalid GPU specification: "zz"'],
  [["a", "b"], "accepts at most 1 arg(s), received 2"],
])("%j is refused", (argv, message, hint = "Run 'cog run --help' for usage.") => {
  expect(() => parse(...argv)).toThrow(
    expect.objectContaining({
      code: "usage",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

test("a command that runs another leaves the other's flags alone", () => {
  const exec = commands.find(({ name }) => name === "exec");
  if (exec === undefined) throw new Error("no exec");
  expect(parseCall(exec, ["-e", "A=1", "python", "-c", "x", "--debug"])).toMatchObject({
    flags: { env: ["A=1"], debug: false },
    args: ["python", "-c", "x", "--debug"],
  });
  expect(() => parseCall(exec, [])).toThrow("requires at least 1 arg(s), only received 0");
});
